// SPDX-License-Identifier: Apache-2.0
// Subject: its breaker's changes, and who is told of them.
#include "core/duration_text.hpp"
#include "core/subject.hpp"

namespace healer::core {

void Subject::resetBreaker(Moment now, Outbox& out) {
    const auto from = breaker_.state();
    breaker_.reset(now);
    if (from != BreakerState::closed) {
        announceBreaker(from, "reset by request", out);
    }
}

void Subject::advanceBreaker(Moment now, Outbox& out) {
    const auto from = breaker_.state();
    if (breaker_.advance(plan_->recovery, now, upSince())) {
        announceBreaker(from,
                        breaker_.state() == BreakerState::closed
                            ? "up for " + durationText(plan_->recovery.stable)
                            : std::string("the cooldown is over"),
                        out);
    }
}

void Subject::announceBreaker(BreakerState from, const std::string& why, Outbox& out) const {
    announce(notice::BreakerChanged{from, breaker_.state(), breaker_.retryAt(plan_->recovery), why}, out);
}

} // namespace healer::core
