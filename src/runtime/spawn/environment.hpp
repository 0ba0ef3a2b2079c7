// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace healer::runtime {

/// The complete environment of a program to start, as sorted NAME=value strings: PATH and LANG of Healer,
/// HOME, USER, LOGNAME and SHELL of the user, and the variables of the plan, which take precedence.
[[nodiscard]] std::vector<std::string> environmentFor(const core::CommandPlan& command);

/// Whether this process has an OOM score below zero, which the programs it starts would inherit.
[[nodiscard]] bool oomScoreIsLowered();

/// Sets the OOM score of a started process to zero. Done by Healer after the exec: a child that still shares
/// our memory would change our score as well.
void resetOomScore(pid_t pid);

} // namespace healer::runtime
