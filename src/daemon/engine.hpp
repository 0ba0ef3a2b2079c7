// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/coordinator.hpp"
#include "core/identity.hpp"
#include "core/trace.hpp"
#include "daemon/launchers.hpp"
#include "daemon/manager_gate.hpp"
#include "daemon/monitor_hosts.hpp"
#include "daemon/monitor_set.hpp"
#include "daemon/publisher.hpp"
#include "runtime/log.hpp"
#include "runtime/loop.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace healer::daemon {

/// Runs the core on the real thing: hands it every event with the time, carries out its actions, and keeps
/// the one timer at its next deadline.
class Engine {
public:
    struct Parts {
        runtime::Loop& loop;
        core::Coordinator& coordinator;
        MonitorHosts& hosts;
        Launchers& launchers;
        Publisher& publisher;
        runtime::Log& log;
    };
    using Answer = std::function<void(core::Result<pid_t>)>;

    explicit Engine(Parts parts);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Starts every monitor.
    void begin();
    /// An event of a monitor or a recovery. May be called from anywhere in the loop.
    void post(core::Event event);
    /// An operator request; `answer` is called once.
    void request(core::event::Verb verb, const std::string& name, Answer answer);
    void reload(core::Plan plan);

private:
    /// A monitor may refer to its plan entry for as long as it lives, also when a reload has replaced the
    /// plan.
    struct Watched {
        core::Shared<core::ProcessPlan> plan;
        std::unique_ptr<MonitorSet> monitors;
        std::optional<core::ProcessKey> tracked = {}; ///< its instance
    };

    void drain();
    void perform(core::Actions actions, core::Moment now);
    [[nodiscard]] bool traces() const { return parts_.log.wants(core::LogLevel::debug); }
    void trace(const core::Trace& trace) const;
    void setTimer();

    /// Whether the process would be recognised by itself, in whatever unit it is.
    [[nodiscard]] bool isRecognized(const core::event::Up& up) const;
    /// Whether this process is the instance of another entry, or in the unit of one.
    [[nodiscard]] bool isOfAnother(const std::string& name, const core::ProcessFacts& facts) const;

    /// Notes which process is the instance of this entry; none: it has none.
    void track(const std::string& name, Watched& watched, std::optional<core::ProcessKey> process);

    void act(core::action::Watch& watch);
    void act(core::action::Unwatch& unwatch);
    void act(core::action::Track& track);
    void act(core::action::Look& look);
    void act(core::action::Launch& launch);
    void act(core::action::CancelLaunch& cancel);
    void act(core::action::Stop& stop);
    void act(core::action::Reply& reply);
    void act(core::action::Changed& changed);
    void act(core::action::Announce& announce);

    Parts parts_;
    ManagerGate gate_;
    std::map<std::string, std::unique_ptr<Watched>, std::less<>> watched_;
    std::multimap<core::ProcessKey, std::string> tracked_; ///< instances, with their entries
    std::map<std::uint64_t, Answer> answers_;
    std::uint64_t lastRequest_ = 0;
    std::deque<core::Event> events_;
    bool draining_ = false;
    std::optional<core::TimePoint> timerAt_;
    core::Moment now_;              ///< when the actions that are carried out were decided
    core::Duration stalledSeen_{0}; ///< of the loop, that the core knows of
    runtime::Source timer_;
};

} // namespace healer::daemon
