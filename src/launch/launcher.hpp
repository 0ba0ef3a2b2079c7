// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "core/plan.hpp"
#include "runtime/log.hpp"
#include "runtime/loop.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

/// The seam for ways of starting and stopping a program.
namespace healer::launch {

/// Takes what a recovery did. Never called from within launch(), cancel() or stop(): reports come from the
/// loop.
using Report = std::function<void(core::Event)>;

struct LaunchOrder {
    std::string name;
    std::uint64_t attempt = 0;
    std::optional<core::Instance> predecessor; ///< wait until this incarnation is really gone
    std::string unit;          ///< of a process that is a unit of systemd; then there is no command
    core::CommandPlan command; ///< `output` is set when it goes to a file
    core::StopPlan stop;
    /// The program may put itself into the background (its monitors confirm the start): the end of the
    /// process that was started is not the end of the instance.
    bool mayFork = false;
    /// Nobody asked for this start: where the predecessor was stopped on purpose, it is not made.
    bool afterFailure = false;
};

/// One way of starting programs (directly, or through the service manager). All calls return at once.
class Launcher {
public:
    Launcher() = default;
    Launcher(const Launcher&) = delete;
    Launcher& operator=(const Launcher&) = delete;
    /// What it started goes on running.
    virtual ~Launcher() = default;

    /// Starts the program; answered with one event::LaunchFinished of this attempt unless cancelled before.
    virtual void launch(LaunchOrder order) = 0;
    /// Withdraws a launch that has not been answered: what has not been started is not started any more, and
    /// no answer comes. Where the program is running already, the answer still comes, so that the caller
    /// knows of it.
    virtual void cancel(const std::string& name, std::uint64_t attempt) = 0;
    /// Ends this incarnation, and what the service manager counts to it. Failures are reported as StopFailed.
    virtual void stop(const std::string& name, core::Instance key, const core::StopPlan& plan,
                      bool force) = 0;
    /// The process is not managed any more (configuration changed): forget it, touch nothing.
    virtual void forget(const std::string& name) = 0;
};

struct LauncherContext {
    runtime::Loop& loop;
    runtime::Log& log;
    Report report;
};

} // namespace healer::launch
