// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "systemd/manager.hpp"

#include <string>

namespace healer::launch::service {

struct LaunchCircumstances {
    bool foreignJob = false;         ///< another client gave the unit a job since the instance came up
    bool restartable = false;        ///< the loaded unit starts exactly what is to be started now
    bool predecessorWasMain = false; ///< the predecessor, now gone, was the main process of the unit
    bool pinned = false;             ///< PID 1 does not unload the old unit: other units refer to its name
};

/// What brings a launch forward.
enum class LaunchStep {
    startNew,         ///< StartTransientUnit
    restart,          ///< RestartUnit: faster, and it also ends what is left of the predecessor
    resetThenNew,     ///< unload the old unit, then StartTransientUnit
    forgetThenNew,    ///< have PID 1 forget the old unit under a name that stays loaded, then start
    stopThenNew,      ///< end the old unit first
    inspectMain,      ///< it seems to be running: whose is the main process?
    awaitJob,         ///< another client is starting it right now
    stoppedOnPurpose, ///< stopped by an operator: not to be started
};

[[nodiscard]] LaunchStep nextStep(const systemd::UnitState& state, const LaunchCircumstances& circumstances);

/// After inspectMain, when the main process is not a living successor.
[[nodiscard]] LaunchStep stepForLeftover(const LaunchCircumstances& circumstances);

/// Whether another client's job, which has ended, was a stop. `state`: the unit afterwards; `jobType`: empty
/// where it is not known.
[[nodiscard]] bool didStop(const systemd::UnitState& state, const std::string& jobResult,
                           const std::string& jobType);

[[nodiscard]] core::event::StoppedOnPurpose stoppedThroughSystemd(const std::string& process,
                                                                  const std::string& unit);

} // namespace healer::launch::service
