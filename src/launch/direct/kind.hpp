// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/launcher.hpp"

namespace healer::launch::direct {

/// Healer starts the program itself, in a session of its own: as the user with all groups, with a clean
/// signal state, environment and set of descriptors, output appended to the file of the order (none:
/// /dev/null). The start fails, with the step in words, when the program cannot be executed. Ends of what it
/// started are reported as event::Down with the exact exit. Stops are signals to the one process; a forced
/// one also goes to its process group where it was started here. What it started goes on running without
/// Healer.
///
/// The limits of the context are what started programs get; Healer's own are to stay as they are once the
/// launcher is made.
[[nodiscard]] const Kind& kind();

} // namespace healer::launch::direct
