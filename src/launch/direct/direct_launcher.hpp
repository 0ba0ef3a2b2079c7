// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/launcher.hpp"
#include "runtime/spawn/child_program.hpp"

#include <memory>
#include <vector>

namespace healer::launch::direct {

/// The resource limits of this process now. To be taken before Healer raises any of its own.
[[nodiscard]] std::vector<runtime::Limit> currentLimits();

struct DirectSettings {
    /// What started programs get. Healer's own are to stay as they are once the launcher is made.
    std::vector<runtime::Limit> limits;
};

/// Healer starts the program itself, in a session of its own: as the user with all groups, with a clean
/// signal state, environment and set of descriptors, output appended to the file of the order (none:
/// /dev/null). The start fails, with the step in words, when the program cannot be executed. Ends of what it
/// started are reported as event::Down with the exact exit. Stops are signals to the one process; a forced
/// one also goes to its process group where it was started here. Needs no Healer running for what it started
/// to go on.
[[nodiscard]] std::unique_ptr<Launcher> makeDirect(LauncherContext context, DirectSettings settings);

} // namespace healer::launch::direct
