// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/launcher.hpp"
#include "systemd/connection.hpp"

#include <functional>
#include <memory>
#include <string>

namespace healer::launch::unit {

/// The unit of a process; empty where it is not known.
using UnitOf = std::function<std::string(const std::string& process)>;

/// PID 1 starts and stops existing units by their own jobs. A launch forgets what systemd holds against the
/// unit (ResetFailedUnit), starts it, or restarts it where the predecessor is still active, and follows the
/// job to its end; a unit that somebody else has started meanwhile is answered with that instance. One that
/// somebody stopped is not started after a failure: event::StoppedOnPurpose takes the place of the answer. A
/// start that is cancelled while it is under way is stopped. The bus outlives the result; null: every launch
/// fails.
[[nodiscard]] std::unique_ptr<Launcher> makeUnitLauncher(LauncherContext context, systemd::Connection* bus,
                                                         UnitOf unitOf);

} // namespace healer::launch::unit
