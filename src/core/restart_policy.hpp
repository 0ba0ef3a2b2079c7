// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/process.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace healer::core {

/// The wait before attempt `attempt` (1 is the first) of one window: initial * multiplier^(attempt-1), at
/// most `max`, then moved by up to `jitterPercent` either way. `seed` decides where in that range: the same
/// seed, the same wait.
[[nodiscard]] Duration backoffDelay(const BackoffPlan& plan, unsigned attempt, std::uint64_t seed);

/// The wait after so many starts in a row that have failed: what kept the program from being started (an
/// upgrade, a port that is not free yet) may be over in a moment. 0 for none.
[[nodiscard]] Duration pauseAfterFailedStarts(unsigned failed);

/// Whether this is an exit status (0 to 255) or the name of a signal, as success_exit_status lists them.
[[nodiscard]] bool isEndPattern(std::string_view text);

/// Why the process is not to be started again after such an end, as the rest of a sentence that began with
/// the end (", which restart_on does not answer"); none where it is.
[[nodiscard]] std::optional<std::string> whyNotRestarted(const RecoveryPlan& plan, const Exit& exit);

} // namespace healer::core
