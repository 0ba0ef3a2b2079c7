// SPDX-License-Identifier: Apache-2.0
// Subject: what it waits for, and what it tells those that wait for it.
#include "core/subject.hpp"

#include <algorithm>
#include <utility>

namespace healer::core {

namespace {

/// What dies together is reported one after the other: before a dependent is started again, so much time
/// passes that the end of its target is known too.
constexpr Duration kSettling = std::chrono::milliseconds(50);
/// A process that is held until its target changes is looked at now and then all the same.
constexpr Duration kHoldInterval = std::chrono::seconds(60);

} // namespace

/// Whether it may be started now; if not, it is deferred. A person does not wait.
bool Subject::passesGate(Moment now, Outbox& out) {
    if (plan_->dependencies.empty() || cause_ == notice::Cause::request) {
        degraded_ = lacksTarget(plan_->dependencies, *targets_);
        return true;
    }
    const bool afterFailure = cause_ == notice::Cause::failure && endedWith_;
    if (!deferredSince_) {
        deferredSince_ = now.at;
    }
    const auto verdict = judgeDependencies(plan_->dependencies, *targets_, *deferredSince_, now.at);
    if (verdict.kind == GateVerdict::Kind::open && afterFailure && downAt_ && now.at < *downAt_ + kSettling) {
        defer(*downAt_ + kSettling, "looks whether what it depends on is down too");
        return false;
    }
    if (verdict.kind != GateVerdict::Kind::open) {
        const bool told = phase_ == Phase::deferred && reason_ == verdict.reason;
        defer(verdict.until.value_or(now.at + kHoldInterval), verdict.reason);
        if (!told) {
            const bool held = verdict.kind == GateVerdict::Kind::hold;
            announce(notice::Blocked{held ? notice::BlockedKind::held : notice::BlockedKind::waits,
                                     verdict.reason},
                     out);
        }
        return false;
    }
    if (verdict.degraded && !std::exchange(degraded_, true)) {
        announce(notice::Degraded{}, out);
    }
    return true;
}

void Subject::defer(TimePoint until, std::string reason) {
    phase_ = Phase::deferred;
    phaseDeadline_ = until;
    reason_ = std::move(reason);
}

void Subject::targetChanged(Moment now, Outbox& out) {
    if (degraded_ && phase_ == Phase::up && !lacksTarget(plan_->dependencies, *targets_)) {
        degraded_ = false;
        announce(notice::DegradedEnded{}, out);
    }
    restartWithTarget(now, out);
    if (phase_ != Phase::deferred || awaitsStart()) {
        return;
    }
    const auto verdict =
        judgeDependencies(plan_->dependencies, *targets_, deferredSince_.value_or(now.at), now.at);
    if (verdict.kind == GateVerdict::Kind::open) {
        check(now, out);
    } else {
        defer(verdict.until.value_or(now.at + kHoldInterval), verdict.reason);
    }
}

void Subject::targetRestarted(const std::string& target, TimePoint lostAt, Moment now, Outbox& out) {
    const bool wanted = std::any_of(
        plan_->dependencies.begin(), plan_->dependencies.end(), [&](const DependencyPlan& dependency) {
            return dependency.target == target && dependency.propagate == Propagate::restart;
        });
    const bool ranBefore = activeSince_ && activeSince_->at < lostAt;
    if (wanted && ranBefore) {
        restartWith_ = true;
        restartWithTarget(now, out);
    }
}

/// Not before it could be started again: what runs is not ended for the sake of what must not run.
void Subject::restartWithTarget(Moment now, Outbox& out) {
    const bool mayAct = phase_ == Phase::up && !paused_ && !stopWanted_ && !observeOnly_ && !isKeyless();
    if (!restartWith_ || !mayAct) {
        restartWith_ = restartWith_ && mayAct;
        return;
    }
    // As when all waiting is over: what would be started in the end is restarted, and waits as always.
    const auto verdict = judgeDependencies(plan_->dependencies, *targets_, TimePoint::min(), now.at);
    if (verdict.kind == GateVerdict::Kind::hold) {
        return;
    }
    restartWith_ = false;
    announce(notice::RestartPropagated{}, out);
    cause_ = notice::Cause::dependency;
    downAt_ = now.at;
    stop(*key_, AfterStop::relaunch, now, out);
}

TargetFacts Subject::facts() const {
    TargetFacts facts;
    facts.ready = phase_ == Phase::up && allHealthy();
    facts.underWay = phase_ == Phase::looking || phase_ == Phase::waiting || phase_ == Phase::deferred ||
                     phase_ == Phase::checking || phase_ == Phase::launching ||
                     (phase_ == Phase::stopping && afterStop_ != AfterStop::rest);
    facts.reason = phase_ == Phase::up && !facts.ready ? "not healthy yet" : std::string(toString(state()));
    return facts;
}

std::optional<Instance> Subject::readyInstance() const {
    return phase_ == Phase::up && allHealthy() ? key_ : std::nullopt;
}

} // namespace healer::core
