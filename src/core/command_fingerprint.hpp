// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <cstdint>

namespace healer::core {

/// A number for all that a program is started with, the same in every version of Healer: whether a running
/// instance was started with the settings that are in force now. Never 0.
[[nodiscard]] std::uint64_t fingerprintOf(const CommandPlan& command);

} // namespace healer::core
