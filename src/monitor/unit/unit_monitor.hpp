// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/event_queue.hpp"
#include "monitor/instance_watch.hpp"
#include "monitor/unit/unit_host.hpp"
#include "monitor/unit/unit_tracker.hpp"
#include "runtime/task.hpp"
#include "systemd/manager.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace healer::monitor::unit {

/// Keeps the facts about one unit up to date by PID 1's signals, and reports what UnitTracker makes of them.
class UnitMonitor final : public Monitor {
public:
    UnitMonitor(UnitHost& host, MonitorContext context);
    ~UnitMonitor() override;

    void start(std::optional<core::Instance> known) override;
    void follow(std::optional<core::Instance> key) override;
    void look() override;

    void jobNew(std::uint32_t job);
    void jobRemoved(std::uint32_t job, const std::string& result);
    void connected();
    void unitFileRead() { read(); }
    void disconnected();

private:
    void watch(const std::string& unit);
    void read();
    void wasRead(const systemd::Manager::Outcome<systemd::UnitFacts>& outcome);
    void refused(const systemd::Failure& failure);
    void changed(const systemd::Manager::Change& change);
    void note();
    void noteJob();
    void heard();
    void judge();
    void watchMain();
    void planReread();
    [[nodiscard]] std::optional<core::ProcessKey> lastMain() const;
    void inquire(const UnitTracker::Question& question);
    void conclude(const systemd::Surroundings& surroundings);
    void count();
    void counted(const systemd::Manager::Outcome<std::size_t>& outcome);
    void planCount();
    void report(std::vector<core::Event> events);

    UnitHost& host_;
    std::string process_;
    std::string unit_;
    UnitTracker tracker_;
    systemd::Manager::Handle reading_;
    systemd::UnitFacts facts_;
    bool factsKnown_ = false;
    bool jobReported_ = false;                          ///< that a job is under way
    bool stale_ = false;                                ///< a signal came while the facts were being read
    std::optional<systemd::UnitFacts> heardDown_;       ///< as signals reported it, to be confirmed
    std::optional<core::event::UnitSettings> settings_; ///< as reported last
    std::string endNote_;                               ///< as logged last
    std::optional<runtime::Flow> inquiry_;              ///< about the surroundings of what is down
    std::optional<runtime::Flow> journal_;              ///< a question to it
    std::optional<core::Instance> known_;               ///< by an earlier Healer
    std::string daemonRun_;                             ///< the invocation that left processes running
    systemd::Manager::Handle counting_;
    runtime::Source nextCount_;
    std::string watchedUnit_;
    systemd::Manager::Handle watch_;
    InstanceWatch main_; ///< the main process, as PID 1 reported it last
    runtime::Source rejudge_;
    runtime::Source reread_;
    runtime::Source again_;
    int refusals_ = 0; ///< one after the other
    int rereads_ = 0;
    EventQueue events_;
};

} // namespace healer::monitor::unit
