// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <string>
#include <vector>

namespace healer::runtime {

/// The whole environment of a program to start, as sorted NAME=value strings: PATH and LANG as Healer has
/// them, HOME, USER, LOGNAME and SHELL of the user, and what the plan sets, which wins.
[[nodiscard]] std::vector<std::string> environmentFor(const core::CommandPlan& command);

} // namespace healer::runtime
