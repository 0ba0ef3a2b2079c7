// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/ebpf/kernel_probe.hpp"
#include "monitor/monitor.hpp"
#include "monitor/timer_queue.hpp"
#include "runtime/proc_scan.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace healer::monitor::ebpf {

class EbpfMonitor;

/// Shares one kernel probe among all monitors of the kind and passes each record to the monitors concerned.
/// Without a probe the monitors rely on their pidfds and scans.
class EbpfHost final : public Host {
public:
    /// Makes a probe for so many processes. An error is the reason why eBPF is not used.
    using LoadProbe = std::function<core::Result<std::unique_ptr<KernelProbe>>(std::size_t processes)>;

    EbpfHost(const HostContext& context, LoadProbe load);
    ~EbpfHost() override;

    [[nodiscard]] std::unique_ptr<Monitor> make(MonitorContext context) override;
    [[nodiscard]] std::string status() const override { return status_; }
    [[nodiscard]] std::uint64_t lostEvents() const override;
    void prepareFor(std::size_t processes) override;

    [[nodiscard]] runtime::Loop& loop() { return context_.loop; }
    [[nodiscard]] runtime::Log& log() { return context_.log; }
    [[nodiscard]] runtime::ProcScan& scan() { return scan_; }
    [[nodiscard]] TimerQueue& timers() { return timers_; }

    void enter(EbpfMonitor& monitor) { monitors_.insert(&monitor); }
    /// Forgets the monitor and all its requests.
    void remove(EbpfMonitor& monitor);
    void watch(EbpfMonitor& monitor, pid_t pid);
    void unwatch(EbpfMonitor& monitor, pid_t pid);
    /// Start and end of hints about starts of this command.
    void expect(EbpfMonitor& monitor, const core::CommandPlan& command);
    void unexpect(EbpfMonitor& monitor, const core::CommandPlan& command);
    /// Takes the pending records. Called when the ring is readable, and before ends are reported by pidfds.
    void drain();

private:
    void dispatch(const KernelRecord& record);
    void dispatchExecs();
    [[nodiscard]] bool dispatchExec(const ExecRecord& exec);
    void recoverLosses();

    void use(std::unique_ptr<KernelProbe> probe);
    [[nodiscard]] bool isFollowed(pid_t pid) const;

    HostContext context_;
    LoadProbe load_;
    runtime::ProcScan scan_;
    TimerQueue timers_;
    std::string status_ = "active";
    std::set<EbpfMonitor*> monitors_;
    std::map<pid_t, std::set<EbpfMonitor*>> byPid_;
    /// Monitors that wait for an instance: by file name as the kernel truncates it, then by argumentsKey(),
    /// so that the cost of a start does not depend on how many entries share a program.
    std::map<std::string, std::map<std::string, std::set<EbpfMonitor*>>> expecting_;
    std::deque<ExecRecord> execs_; ///< not examined yet
    runtime::Source execTimer_;
    std::uint64_t lostBefore_ = 0; ///< by earlier probes
    std::uint64_t lostSeen_ = 0;
    std::unique_ptr<KernelProbe> probe_;
    runtime::Source readable_;
};

} // namespace healer::monitor::ebpf
