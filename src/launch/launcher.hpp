// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/action.hpp"
#include "core/event.hpp"
#include "runtime/log.hpp"
#include "runtime/loop.hpp"
#include "runtime/spawn/child_program.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace healer::systemd {
class Manager;
}

/// The seam for ways of starting and stopping a program. A kind lives in a folder of its own below launch/
/// and defines `const Kind& kind()` in namespace healer::launch::FOLDER; the build writes the registry. Which
/// kind a process has is decided in core/launch_spec.
namespace healer::launch {

/// Takes what a launcher did. Never called from within launch(), cancel() or stop(): reports come from the
/// loop.
using Report = std::function<void(core::Event)>;
using LaunchOrder = core::action::Launch;
using CancelOrder = core::action::CancelLaunch;
using StopOrder = core::action::Stop;

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
    /// Withdraws a launch that has not been answered: what has not been started is no longer started, and
    /// no answer comes. Where the program is running already, the answer still comes, so that the caller
    /// knows of it.
    virtual void cancel(const CancelOrder& order) = 0;
    /// Ends this incarnation, and what the service manager counts to it. Failures are reported as StopFailed.
    virtual void stop(const StopOrder& order) = 0;
    /// The process is no longer managed (configuration changed): forget it, touch nothing.
    virtual void forget(const std::string& name) = 0;
};

/// All that it refers to outlives the launcher.
struct LauncherContext {
    runtime::Loop& loop;
    runtime::Log& log;
    Report report;
    systemd::Manager* manager = nullptr;     ///< null where systemd is not PID 1 or cannot be reached
    std::vector<runtime::Limit> limits = {}; ///< resource limits for programs that Healer itself starts
};

struct Kind {
    std::string_view type;
    bool usesManager = false; ///< made again once there is a manager
    std::unique_ptr<Launcher> (*make)(LauncherContext context);
};

/// All kinds, in the order of their folder names. Written by the build.
[[nodiscard]] std::span<const Kind* const> registry();

} // namespace healer::launch
