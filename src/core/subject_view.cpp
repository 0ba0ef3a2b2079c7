// SPDX-License-Identifier: Apache-2.0
// Subject: what others see of it and keep of it.
#include "core/subject.hpp"

#include <algorithm>

namespace healer::core {

std::optional<TimePoint> Subject::deadline() const {
    if (phase_ == Phase::off) {
        return std::nullopt;
    }
    const auto breaker = breaker_.deadline(plan_->recovery, upSince());
    if (phaseDeadline_ && breaker) {
        return std::min(*phaseDeadline_, *breaker);
    }
    return phaseDeadline_ ? phaseDeadline_ : breaker;
}

State Subject::state() const {
    if (phase_ == Phase::off) {
        return State::disabled;
    }
    if (paused_) {
        return State::paused;
    }
    switch (phase_) {
    case Phase::off:
        return State::disabled;
    case Phase::looking:
        return State::starting;
    case Phase::up:
        return State::running;
    case Phase::waiting:
        return State::backoff;
    case Phase::deferred:
        return State::deferred;
    case Phase::open:
        return State::tripped;
    case Phase::checking:
    case Phase::launching:
        return down_ ? State::recovering : State::starting;
    case Phase::stopping:
        return afterStop_ == AfterStop::rest ? State::running : State::recovering;
    case Phase::resting:
        return down_ ? State::down : State::stopped;
    }
    return State::down;
}

ProcessView Subject::view() const {
    ProcessView view;
    view.name = name();
    view.state = state();
    view.stateReason = reason_;
    view.breaker = breaker_.state();
    view.breakerRetryAt = breaker_.retryAt(plan_->recovery);
    const bool alive = phase_ == Phase::up || phase_ == Phase::stopping;
    view.instance = alive ? key_ : sick_;
    view.degraded = degraded_ && alive;
    view.restartCount = restartCount_;
    view.activeSince = alive ? activeSince_ : std::nullopt;
    view.lastExit = lastExit_;
    return view;
}

SubjectSnapshot Subject::snapshot() const {
    SubjectSnapshot snapshot;
    snapshot.instance = key_ ? key_ : launched_ ? launched_ : sick_ ? sick_ : known_;
    snapshot.down = down_;
    snapshot.paused = paused_;
    snapshot.stopWanted = stopWanted_;
    snapshot.degraded = degraded_;
    snapshot.stopDetail = stopDetail_;
    snapshot.breaker = breaker_.snapshot();
    snapshot.restartCount = restartCount_;
    snapshot.incident = incident_;
    snapshot.activeSince = activeSince_;
    snapshot.lastExit = lastExit_;
    return snapshot;
}

} // namespace healer::core
