// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "runtime/loop.hpp"
#include "runtime/task.hpp"
#include "systemd/manager.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace healer::daemon {

/// What the monitors report passes through here, so that the core hears it together with what PID 1 knows
/// about it:
/// - An instance that lives in a unit which Healer has not made counts to that unit only where it is its main
///   process. Otherwise (a job of cron, a child of another supervisor) the unit is left out.
/// - What lives in the unit that Healer has made for it, and is named by no PID file, is the instance only
/// where
///   PID 1 agrees: as its main process, or where that has left well. All else there is left over.
/// - An end of which a monitor does not know how it came about is looked up in that unit.
/// - An end is passed on after everything that PID 1 has sent before it: the job of an operator that caused
///   the end is known by then.
/// The events of one process stay in order.
class ManagerGate {
public:
    struct Parts {
        runtime::Loop& loop;
        /// The connection to PID 1 that there is; null: none.
        std::function<systemd::Manager*()> manager;
        /// The same, made where there is none yet; null: there is no systemd.
        std::function<systemd::Manager*()> demandManager;
        /// The transient unit of a process; empty: it has none.
        std::function<std::string(const std::string& process)> transientUnit;
        /// Whether the process would be recognised outside of that unit, too.
        std::function<bool(const core::event::Up& up)> isRecognized;
        std::function<void(core::Event)> post;
    };

    explicit ManagerGate(Parts parts) : parts_(std::move(parts)) {}
    ManagerGate(const ManagerGate&) = delete;
    ManagerGate& operator=(const ManagerGate&) = delete;

    void pass(core::Event event);
    /// What waits for its turn is dropped: this process is no longer watched, or by other monitors.
    void drop(const std::string& process) { waiting_.erase(process); }

private:
    /// The events that wait, and what the first one that was taken out of them waits for.
    struct Line {
        std::deque<core::Event> events;
        std::unique_ptr<runtime::Flow> flow;
    };

    [[nodiscard]] bool hasToWait(const core::Event& event) const;
    [[nodiscard]] bool isUnexplained(const core::event::Down& down) const;
    void advance(const std::string& process);
    runtime::Task<> connected();
    runtime::Task<core::Event> check(core::Event event);
    runtime::Task<core::Event> checkOwner(core::event::Up up);
    runtime::Task<core::Event> checkMain(core::event::Up up);
    runtime::Task<core::Event> explain(core::event::Down down);

    Parts parts_;
    std::map<std::string, Line, std::less<>> waiting_; ///< by process
};

} // namespace healer::daemon
