// SPDX-License-Identifier: Apache-2.0
#include "core/duration_text.hpp"

#include <array>
#include <cstdio>

namespace healer::core {

namespace {

std::string number(double value) {
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), value < 10 ? "%.3g" : "%.0f", value);
    return buffer.data();
}

std::string pair(long long large, const char* largeUnit, long long small, const char* smallUnit) {
    std::string text = std::to_string(large) + " " + largeUnit;
    if (small != 0) {
        text += " " + std::to_string(small) + " " + smallUnit;
    }
    return text;
}

} // namespace

std::string durationText(Duration duration) {
    using namespace std::chrono_literals;
    if (duration < Duration::zero()) {
        return "-" + durationText(-duration);
    }
    const auto usec = static_cast<double>(duration.count());
    if (duration < 1s) {
        return number(usec / 1e3) + " ms";
    }
    if (duration < 2min) {
        return number(usec / 1e6) + " s";
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    constexpr long long kMinute = 60;
    constexpr long long kHour = 60 * kMinute;
    constexpr long long kDay = 24 * kHour;
    if (seconds < kHour) {
        return pair(seconds / kMinute, "min", seconds % kMinute, "s");
    }
    if (seconds < kDay) {
        return pair(seconds / kHour, "h", seconds % kHour / kMinute, "min");
    }
    return pair(seconds / kDay, "d", seconds % kDay / kHour, "h");
}

} // namespace healer::core
