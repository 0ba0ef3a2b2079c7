// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/monitor.hpp"
#include "monitor/pidfile/folder_watch.hpp"
#include "monitor/timer_queue.hpp"
#include "runtime/proc_scan.hpp"

#include <memory>
#include <string>

namespace healer::monitor::pidfile {

/// What all PID file monitors share: one inotify instance, one timer, one scan.
class PidFileHost final : public Host {
public:
    explicit PidFileHost(const HostContext& context)
        : context_(context), folders_(context.loop), timers_(context.loop), scan_(context.loop) {}

    [[nodiscard]] std::unique_ptr<Monitor> make(MonitorContext context) override;

    [[nodiscard]] runtime::Loop& loop() { return context_.loop; }
    [[nodiscard]] runtime::Log& log() { return context_.log; }
    [[nodiscard]] FolderWatch& folders() { return folders_; }
    [[nodiscard]] TimerQueue& timers() { return timers_; }
    [[nodiscard]] runtime::ProcScan& scan() { return scan_; }

private:
    HostContext context_;
    FolderWatch folders_;
    TimerQueue timers_;
    runtime::ProcScan scan_;
};

} // namespace healer::monitor::pidfile
