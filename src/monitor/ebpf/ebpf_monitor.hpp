// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"
#include "monitor/ebpf/ebpf_host.hpp"
#include "monitor/event_queue.hpp"
#include "monitor/instance_watch.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace healer::monitor::ebpf {

/// Follows one process by the kernel's exit record, and by a pidfd in case that record is lost. While it
/// follows none it examines programs of the right name when they are started, and scans periodically.
class EbpfMonitor final : public Monitor, public TimerQueue::Client {
public:
    EbpfMonitor(EbpfHost& host, MonitorContext context);
    ~EbpfMonitor() override;

    void start(std::optional<core::Instance> known) override;
    void follow(std::optional<core::Instance> instance) override;
    void look() override;

    void onExit(const ExitRecord& record);
    /// A program of the right name and arguments was started.
    void onExec(const core::ProcessFacts& facts);
    /// Whether a process that runs as this user, in this unit, may be or become the instance.
    [[nodiscard]] bool mayBe(const core::ProcessFacts& facts) const;
    /// Whether what it follows lives, and is not the process of a unit.
    [[nodiscard]] bool followsByCommand() const { return process_.unit.empty() && watch_.alive(); }
    /// Records may have been lost.
    void recheck();
    void due() override;

private:
    /// A started program that is not the wanted one yet: env(1) or a shell on the way to it.
    struct Hint {
        core::ProcessKey key;
        unsigned looks = 0;
    };
    class HintTimer final : public TimerQueue::Client {
    public:
        explicit HintTimer(EbpfMonitor& owner) : owner_(owner) {}
        void due() override { owner_.checkHints(); }

    private:
        EbpfMonitor& owner_;
    };

    [[nodiscard]] runtime::Reading<core::Identity> identity() const;
    void dropInstance();
    void release();
    void expectInstance();
    void onPidfd(const core::Exit& exit);
    void noteEnd(core::Exit exit, std::uint64_t endTicks);
    void ask();
    void scanQuietly();
    /// Reports the instance among these, if there is one; else the finding.
    std::optional<core::Finding> reportUp(std::vector<core::Candidate> candidates);
    [[nodiscard]] bool mayTakeOver(const core::ProcessFacts& facts) const;
    void checkHints();
    /// True when this hint needs no further look.
    bool settle(const core::ProcessFacts& facts);

    EbpfHost& host_;
    const core::ProcessPlan& process_;
    std::string transientUnit_;
    std::function<bool(const core::ProcessFacts&)> isOfAnother_;
    core::Duration interval_;
    EventQueue events_;
    InstanceWatch watch_;
    bool downReported_ = false; ///< of what watch_ holds
    bool hinting_ = false;
    std::optional<core::Predecessor> predecessor_;
    std::vector<runtime::ProcScan::Question> questions_;
    runtime::ProcScan::Question quiet_;
    std::vector<Hint> hints_;
    HintTimer hintTimer_;
};

} // namespace healer::monitor::ebpf
