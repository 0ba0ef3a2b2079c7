// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/process.hpp"
#include "core/time.hpp"

#include <cstdint>

namespace healer::core {

/// The wait before attempt `attempt` (1 is the first) of one window: initial * multiplier^(attempt-1), at
/// most `max`, then moved by up to `jitterPercent` either way. `seed` decides where in that range: the same
/// seed, the same wait.
[[nodiscard]] Duration backoffDelay(const BackoffPlan& plan, unsigned attempt, std::uint64_t seed);

/// Whether `restart_on` wants the process started again after such an end.
[[nodiscard]] bool restartsAfter(RestartOn restartOn, const Exit& exit);

} // namespace healer::core
