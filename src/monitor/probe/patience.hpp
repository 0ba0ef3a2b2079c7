// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"
#include "runtime/loop.hpp"

#include <functional>

namespace healer::monitor::probe {

/// The time limit of a probe, in time during which Healer itself ran: while it is stopped, suspended or
/// starved, nothing can be judged.
class Patience {
public:
    /// `exhausted` is called once, from the loop and after everything that is ready by then: an answer that
    /// is there counts before the clock.
    Patience(runtime::Loop& loop, core::Duration limit, std::function<void()> exhausted);
    Patience(const Patience&) = delete;
    Patience& operator=(const Patience&) = delete;

    /// Whether Healer was held up since this object was made.
    [[nodiscard]] bool interrupted();

private:
    void tick();
    void arm();

    runtime::Loop& loop_;
    core::Duration left_;
    std::function<void()> exhausted_;
    core::Duration stalledBefore_; ///< when it was made
    core::Duration stalledSeen_;   ///< at the last tick
    core::TimePoint since_;        ///< the last tick
    core::TimePoint due_;          ///< the next tick
    runtime::Source timer_;
};

} // namespace healer::monitor::probe
