// SPDX-License-Identifier: Apache-2.0
#include "core/breaker.hpp"

#include <algorithm>
#include <cmath>

namespace healer::core {

bool Breaker::allowsStart(const RecoveryPlan& plan, Moment now) {
    advance(plan, now, std::nullopt);
    switch (data_.state) {
    case BreakerState::closed:
        if (startsInWindow(plan, now) < plan.retries) {
            return true;
        }
        data_.failedTrials = 0;
        enter(BreakerState::open, now);
        return false;
    case BreakerState::open:
        return false;
    case BreakerState::halfOpen:
        if (!data_.trialMade) {
            return true;
        }
        ++data_.failedTrials;
        enter(BreakerState::open, now);
        return false;
    }
    return false;
}

void Breaker::countStart(const RecoveryPlan& plan, Moment now) {
    const auto from = now.at - plan.retryWindow;
    data_.starts.erase(data_.starts.begin(), std::find_if(data_.starts.begin(), data_.starts.end(),
                                                          [from](TimePoint at) { return at > from; }));
    if (data_.state == BreakerState::halfOpen) {
        data_.trialMade = true;
    }
    data_.starts.push_back(now.at);
}

void Breaker::uncountStart() {
    data_.trialMade = false;
    if (!data_.starts.empty()) {
        data_.starts.pop_back();
    }
}

bool Breaker::advance(const RecoveryPlan& plan, Moment now, std::optional<TimePoint> upSince) {
    const auto due = deadline(plan, upSince);
    if (!due || now.at < *due) {
        return false;
    }
    if (data_.state == BreakerState::open) {
        enter(BreakerState::halfOpen, now);
    } else {
        reset(now);
    }
    return true;
}

std::optional<TimePoint> Breaker::deadline(const RecoveryPlan& plan, std::optional<TimePoint> upSince) const {
    if (data_.state == BreakerState::open) {
        return retryAt(plan)->at;
    }
    if (data_.state == BreakerState::halfOpen && upSince) {
        return std::max(*upSince, data_.since.at) + plan.stable;
    }
    return std::nullopt;
}

void Breaker::reset(Moment now) {
    data_ = Snapshot{};
    data_.since = now;
}

std::optional<Moment> Breaker::retryAt(const RecoveryPlan& plan) const {
    return data_.state == BreakerState::open ? std::optional(data_.since.after(cooldown(plan)))
                                             : std::nullopt;
}

unsigned Breaker::startsInWindow(const RecoveryPlan& plan, Moment now) const {
    const auto from = now.at - plan.retryWindow;
    return static_cast<unsigned>(
        std::count_if(data_.starts.begin(), data_.starts.end(), [from](TimePoint at) { return at > from; }));
}

void Breaker::enter(BreakerState state, Moment now) {
    data_.state = state;
    data_.since = now;
    data_.trialMade = false;
}

Duration Breaker::cooldown(const RecoveryPlan& plan) const {
    const double base = static_cast<double>(plan.cooldown.count());
    const double grown = base * std::pow(plan.cooldownMultiplier, static_cast<double>(data_.failedTrials));
    const double limit = std::max(base, static_cast<double>(plan.cooldownMax.count()));
    return Duration(std::llround(std::min(grown, limit)));
}

} // namespace healer::core
