// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace healer::simulation {

/// Fake time, and what becomes due on it. What is due at the same time is done in the order in which it was
/// scheduled.
class FakeClock {
public:
    [[nodiscard]] core::TimePoint now() const { return now_; }
    /// To the same or a later time; what is due before it is not done.
    void set(core::TimePoint now) { now_ = std::max(now_, now); }

    void after(core::Duration delay, std::function<void()> what) {
        due_.emplace(now_ + delay, std::move(what));
    }
    /// When the next thing is due.
    [[nodiscard]] std::optional<core::TimePoint> next() const {
        return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
    }
    /// Goes to the time of the next thing and does it; there must be one.
    void doNext() {
        const auto node = due_.extract(due_.begin());
        set(node.key());
        node.mapped()();
    }

private:
    /// A pretended machine has been up for a while, so that no time lies before the boot.
    core::TimePoint now_{std::chrono::hours(24)};
    std::multimap<core::TimePoint, std::function<void()>> due_;
};

} // namespace healer::simulation
