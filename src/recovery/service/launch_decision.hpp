// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace healer::recovery::service {

/// A unit as Manager.ListUnitsByNames tells it.
struct UnitState {
    bool loaded = false; ///< it exists in PID 1
    bool intact = false; ///< and PID 1 could read its file
    std::string description;
    std::string active; ///< "active", "activating", "deactivating", "inactive", "failed", ...
    std::uint32_t job = 0;
    std::string jobType; ///< "start", "stop", "restart", ... when there is a job
};

struct LaunchCircumstances {
    bool foreignJob = false;         ///< somebody else gave the unit a job since the instance came up
    bool restartable = false;        ///< the loaded unit starts exactly what is to be started now
    bool predecessorWasMain = false; ///< the predecessor, now gone, was the main process of the unit
};

/// What brings a launch forward.
enum class LaunchStep {
    startNew,         ///< StartTransientUnit
    restart,          ///< RestartUnit: faster, and it also ends what is left of the predecessor
    resetThenNew,     ///< unload the old unit, then StartTransientUnit
    stopThenNew,      ///< end the old unit first
    inspectMain,      ///< it seems to be running: whose is the main process?
    awaitJob,         ///< somebody else is starting it right now
    stoppedOnPurpose, ///< somebody stopped it: not to be started
};

[[nodiscard]] LaunchStep nextStep(const UnitState& state, const LaunchCircumstances& circumstances);

/// After inspectMain, when the main process is not a living successor.
[[nodiscard]] LaunchStep stepForLeftover(const LaunchCircumstances& circumstances);

} // namespace healer::recovery::service
