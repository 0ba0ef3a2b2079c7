// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace healer::core {

using Duration = std::chrono::microseconds;

/// The clock of every decision: CLOCK_BOOTTIME, so that a suspended machine does not stretch a cooldown and a
/// jump of the wall clock changes nothing. It has no now(): the core is told the time and never reads it.
struct BootClock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock>;
    static constexpr bool is_steady = true; // NOLINT(readability-identifier-naming): the standard asks for it
};

using TimePoint = BootClock::time_point;

} // namespace healer::core
