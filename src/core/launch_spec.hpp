// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <string>

/// How a process is started: which way, as which unit, with which settings.
namespace healer::core {

/// What there is on this machine, as the daemon has found it.
struct LaunchFacilities {
    bool systemd = false; ///< PID 1 is systemd, and this Healer may have it start units

    bool operator==(const LaunchFacilities&) const = default;
};

/// The kinds of launching that the core chooses from: folders of src/launch.
inline constexpr const char* kLaunchDirect = "direct";
inline constexpr const char* kLaunchService = "service";
inline constexpr const char* kLaunchUnit = "unit";

/// Which launcher a process has, and the unit that it will be in.
struct Placement {
    std::string launcher;
    std::string unit; ///< empty: none

    bool operator==(const Placement&) const = default;
};

[[nodiscard]] Placement placementOf(const Plan& plan, const ProcessPlan& process,
                                    LaunchFacilities facilities);

/// The unit whose processes are instances of this process whatever they look like, as only root puts a
/// process there: also of one that is started directly now, where another launch mode may have started it.
/// Empty: none.
[[nodiscard]] std::string transientUnitOf(const ProcessPlan& process, LaunchFacilities facilities);

/// The command with its output resolved: started directly, a program without an output of its own writes
/// below the log directory; systemd has the journal.
[[nodiscard]] CommandPlan commandFor(const Plan& plan, const ProcessPlan& process,
                                     const Placement& placement);

/// Whether the program may put itself into the background: a monitor confirms its start, so that the end of
/// the process that was started is not the end of the instance.
[[nodiscard]] bool mayFork(const ProcessPlan& process);

} // namespace healer::core
