// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/field.hpp"

/// What values of time may be, in seconds.
namespace healer::config {

inline constexpr double kDay = 86'400;
inline constexpr double kYear = 365 * kDay;

inline constexpr Range kTimeout{0.001, kDay}; ///< something that is waited for: never zero
inline constexpr Range kWaiting{0, kDay};     ///< a wait that may be left out
inline constexpr Range kWindow{0.001, kYear}; ///< a span over which something is counted
inline constexpr Range kCooldown{0, kYear};
inline constexpr Range kMultiplier{1, 100};

} // namespace healer::config
