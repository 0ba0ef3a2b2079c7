// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace healer::core {

using Duration = std::chrono::microseconds;

/// The clock of every decision: CLOCK_BOOTTIME, so that a suspended machine does not stretch a cooldown and a
/// jump of the wall clock changes nothing. It has no now(): the core is given the time and never reads it.
struct BootClock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock>;
    static constexpr bool is_steady = true; // NOLINT(readability-identifier-naming): the standard asks for it
};

using TimePoint = BootClock::time_point;

/// Wall-clock time (CLOCK_REALTIME), which may be set and jump: shown to people, never used for decisions.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// An instant on both clocks. The wall-clock time is taken once, when it happens, and never changes
/// afterwards.
struct Moment {
    TimePoint at;
    WallTime wall;

    Moment() = default;
    Moment(TimePoint boot, WallTime real) : at(boot), wall(real) {}
    /// On a machine whose clocks agree (tests, simulation).
    Moment(TimePoint boot) : at(boot), wall(boot.time_since_epoch()) {} // NOLINT(google-explicit-constructor)

    /// The instant `delay` later, on both clocks.
    [[nodiscard]] Moment after(Duration delay) const { return {at + delay, wall + delay}; }
    bool operator==(const Moment&) const = default;
};

/// Microseconds since 1970 UTC; 0 for what lies before.
[[nodiscard]] inline std::uint64_t usecOf(WallTime when) {
    const auto count = when.time_since_epoch().count();
    return count > 0 ? static_cast<std::uint64_t>(count) : 0;
}

} // namespace healer::core
