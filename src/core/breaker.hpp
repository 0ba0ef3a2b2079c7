// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/time.hpp"
#include "core/view.hpp"

#include <optional>
#include <vector>

namespace healer::core {

/// The circuit breaker of one process.
///
/// Closed: automatic starts of the last `retryWindow` are counted; a failure that finds `retries` of them
/// opens it. Open: nothing is started until deadline(), which is `cooldown` after the opening, longer by
/// `cooldownMultiplier` (at most `cooldownMax`) for every trial that failed in a row. Then, by the clock
/// alone, half-open. Half-open: one trial start is allowed. Up for `stable` closes it and forgets the count;
/// a failure after the trial opens it again.
///
/// The settings are passed to each call, so that a reload takes effect at once, on a running cooldown too.
class Breaker {
public:
    /// What survives a restart of the daemon.
    struct Snapshot {
        BreakerState state = BreakerState::closed;
        std::vector<TimePoint> starts; ///< counted starts, oldest first
        Moment since;                  ///< when the present state began
        unsigned failedTrials = 0;     ///< in a row
        bool trialMade = false;        ///< in this half-open period

        bool operator==(const Snapshot&) const = default;
    };

    Breaker() = default;
    explicit Breaker(Snapshot snapshot) : data_(std::move(snapshot)) {}

    /// The process is down: may it be started now? May open the breaker.
    [[nodiscard]] bool allowsStart(const RecoveryPlan& plan, Moment now);
    /// An automatic start is being made.
    void countStart(const RecoveryPlan& plan, Moment now);
    /// That start turned out to be none (the process had been stopped on purpose).
    void uncountStart();
    /// Moves on what only the clock moves: open to half-open, and half-open to closed when the process has
    /// been up since `upSince` for long enough. True when the state changed.
    bool advance(const RecoveryPlan& plan, Moment now, std::optional<TimePoint> upSince);
    /// When advance() has something to do next; none: not by the clock.
    [[nodiscard]] std::optional<TimePoint> deadline(const RecoveryPlan& plan,
                                                    std::optional<TimePoint> upSince) const;
    /// Back to closed with nothing counted, because an operator requested a start or a reset.
    void reset(Moment now);

    [[nodiscard]] BreakerState state() const { return data_.state; }
    /// The end of the cooldown, while open.
    [[nodiscard]] std::optional<Moment> retryAt(const RecoveryPlan& plan) const;
    /// How many starts are counted within the window that ends now.
    [[nodiscard]] unsigned startsInWindow(const RecoveryPlan& plan, Moment now) const;
    [[nodiscard]] const Snapshot& snapshot() const { return data_; }

private:
    void enter(BreakerState state, Moment now);
    [[nodiscard]] Duration cooldown(const RecoveryPlan& plan) const;

    Snapshot data_;
};

} // namespace healer::core
