// SPDX-License-Identifier: Apache-2.0
#include "core/subject.hpp"

#include "core/backoff.hpp"
#include "core/duration_text.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace healer::core {

namespace {

/// How much longer than a start a monitor may take to answer whether an instance runs: it may itself wait for
/// a start that is under way.
constexpr Duration kLookSlack = std::chrono::seconds(10);
/// In so short a time nobody else can have been expected to start it.
constexpr Duration kQuick = std::chrono::seconds(1);
/// Between two SIGKILLs to something that does not die.
constexpr Duration kMinForceInterval = std::chrono::seconds(5);

std::uint64_t jitterSeed(const std::string& name, std::uint64_t attempt) {
    return std::hash<std::string>{}(name) ^ (attempt * 0x9e3779b97f4a7c15U);
}

} // namespace

Subject::Subject(const ProcessPlan& plan, bool observeOnly, const Targets& targets,
                 const std::optional<SubjectSnapshot>& before)
    : plan_(&plan), targets_(&targets), observeOnly_(observeOnly) {
    if (before) {
        paused_ = before->paused;
        stopWanted_ = before->stopWanted;
        stopDetail_ = before->stopDetail;
        known_ = before->instance;
        degraded_ = before->degraded;
        down_ = before->down;
        breaker_ = Breaker(before->breaker);
        restartCount_ = before->restartCount;
        incident_ = before->incident;
        activeSince_ = before->activeSince;
        lastExit_ = before->lastExit;
    }
}

void Subject::begin(Moment now, Outbox& out) {
    if (!plan_->enabled) {
        phase_ = Phase::off;
        phaseDeadline_.reset();
        reason_ = "disabled in the configuration";
        return;
    }
    phase_ = Phase::looking;
    phaseDeadline_ = now.at + plan_->startTimeout + kLookSlack;
    reason_ = "looking for a running instance";
    out.actions.emplace_back(action::Watch{name(), known_});
}

void Subject::handle(const Event& event, Moment now, Outbox& out) {
    if (phase_ == Phase::off && !std::holds_alternative<event::Request>(event)) {
        return;
    }
    std::visit([&](const auto& what) { on(what, now, out); }, event);
}

void Subject::advance(Moment now, Outbox& out) {
    if (phase_ == Phase::off) {
        return;
    }
    advanceBreaker(now, out);
    if (!phaseDeadline_ || now.at < *phaseDeadline_) {
        return;
    }
    switch (phase_) {
    case Phase::looking:
    case Phase::checking:
        on(event::Absent{name(), "no monitor has answered"}, now, out);
        break;
    case Phase::waiting:
        check(now, out);
        break;
    case Phase::deferred:
        if (now.at < deferredSince_.value_or(now.at) + kQuick) {
            launch(now, out);
        } else {
            check(now, out);
        }
        break;
    case Phase::open:
        cause_ = notice::Cause::trial;
        check(now, out);
        break;
    case Phase::launching: {
        const std::string why = "not up within " + durationText(plan_->startTimeout);
        withdrawLaunch(out);
        if (launched_) {
            failure_ = why;
            stop(*launched_, AfterStop::startFailed, now, out);
        } else {
            startFailed(why, now, out);
        }
        break;
    }
    case Phase::stopping:
        forceStop(now, out);
        break;
    case Phase::off:
    case Phase::up:
    case Phase::resting:
        phaseDeadline_.reset();
        break;
    }
}

void Subject::changePlan(const ProcessPlan& plan, bool observeOnly, Moment now, Outbox& out) {
    const ProcessPlan& old = *plan_;
    const bool wasEnabled = old.enabled;
    const bool watchedOtherwise = old.monitors != plan.monitors || old.command != plan.command;
    const bool sameEntry = &old == &plan || old == plan;
    if (sameEntry && observeOnly_ == observeOnly) {
        plan_ = &plan;
        return;
    }
    plan_ = &plan;
    observeOnly_ = observeOnly;
    degraded_ = degraded_ && lacksTarget(plan.dependencies, *targets_);
    if (wasEnabled && !plan.enabled) {
        end(out);
        key_.reset();
        sick_.reset();
        launched_.reset();
        predecessor_.reset();
        endedWith_.reset();
        down_ = false;
        begin(now, out);
    } else if (!wasEnabled && plan.enabled) {
        begin(now, out);
    } else if (plan.enabled) {
        if (watchedOtherwise) {
            watchAnew(out);
        }
        if (phase_ == Phase::open) {
            phaseDeadline_ = breaker_.deadline(plan.recovery, std::nullopt);
        } else if (phase_ == Phase::waiting || phase_ == Phase::deferred ||
                   (phase_ == Phase::resting && !stopWanted_)) {
            decide(now, out);
        }
    }
}

void Subject::end(Outbox& out) {
    if (phase_ == Phase::off) {
        return;
    }
    withdrawLaunch(out);
    const Error gone{name() + " was removed or disabled by a reload", ErrorKind::disabled};
    answerStarts(gone, out);
    answer(event::Verb::stop, gone, out);
    out.actions.emplace_back(action::Unwatch{name()});
}

/// The process is down: what now? The one place where that is decided.
void Subject::decide(Moment now, Outbox& out) {
    if (stopWanted_) {
        down_ = false;
        rest(stopDetail_);
        answer(event::Verb::stop, pid_t{0}, out);
        return;
    }
    if (paused_) {
        down_ = true;
        rest("down while paused: not recovered until somebody resumes it");
        return;
    }
    if (endedWith_ && !restartsAfter(*endedWith_)) {
        down_ = false;
        rest(describe(*endedWith_) + ", which restart_on does not answer");
        return;
    }
    down_ = true;
    if (observeOnly_) {
        rest("down; observe_only is set, so it is not started");
        announce(notice::WouldStart{}, out);
        return;
    }
    const auto from = breaker_.state();
    const bool allowed = breaker_.allowsStart(plan_->recovery, now);
    if (from != breaker_.state()) {
        const unsigned starts = breaker_.startsInWindow(plan_->recovery, now);
        const std::string why =
            from == BreakerState::halfOpen
                ? "the trial start did not last"
                : std::to_string(starts) + " restarts within " + durationText(plan_->recovery.retryWindow);
        reason_ = "circuit breaker is open: " + why;
        announceBreaker(from, why, out);
    }
    if (!allowed) {
        if (phase_ != Phase::open && from == BreakerState::open) {
            reason_ = "circuit breaker is open: the cooldown is not over";
        }
        phase_ = Phase::open;
        phaseDeadline_ = breaker_.deadline(plan_->recovery, std::nullopt);
        return;
    }
    if (breaker_.state() == BreakerState::halfOpen) {
        cause_ = notice::Cause::trial;
        launch(now, out);
        return;
    }
    cause_ = notice::Cause::failure;
    const unsigned attempt = breaker_.startsInWindow(plan_->recovery, now) + 1;
    const Duration delay =
        backoffDelay(plan_->recovery.backoff, attempt, jitterSeed(name(), out.lastAttempt + incident_));
    if (delay > Duration::zero()) {
        wait(delay, now);
    } else if (endedWith_ && endedWith_->reason == ExitReason::exited && endedWith_->code == 0) {
        // A program that puts itself into the background ends like this, and its daemon runs.
        check(now, out);
    } else {
        launch(now, out);
    }
}

void Subject::wait(Duration delay, Moment now) {
    phase_ = Phase::waiting;
    phaseDeadline_ = now.at + delay;
    reason_ = "waits " + durationText(delay) + " before the next start";
}

void Subject::enterUp(Instance key, Moment now, Outbox& out) {
    if (!(known_ == key && activeSince_)) {
        activeSince_ = now;
    }
    degraded_ =
        plan_->dependencies.empty() ? false : degraded_ && lacksTarget(plan_->dependencies, *targets_);
    sick_.reset();
    deferredSince_.reset();
    phase_ = Phase::up;
    phaseDeadline_.reset();
    key_ = key;
    launched_.reset();
    known_.reset();
    endedWith_.reset();
    downAt_.reset();
    down_ = false;
    reason_ = stopWanted_
                  ? "started by somebody else after a stop by request: not healed until somebody starts it "
                    "through Healer"
                  : runningReason();
    forgetStopByTarget();
    restartWith_ = false;
    track(key, out);
    answerStarts(pidOf(key), out);
    if (awaits(event::Verb::stop)) {
        stop(key, AfterStop::rest, now, out);
    }
}

/// About to start after a wait in which somebody may have been quicker: the monitors look first.
void Subject::check(Moment now, Outbox& out) {
    phase_ = Phase::checking;
    phaseDeadline_ = now.at + plan_->startTimeout + kLookSlack;
    reason_ = "looking for an instance that somebody else started";
    out.actions.emplace_back(action::Look{name()});
}

void Subject::launch(Moment now, Outbox& out) {
    if (!passesGate(now, out)) {
        return;
    }
    if (sick_) {
        stop(*sick_, AfterStop::relaunch, now, out);
        return;
    }
    const unsigned attempt = breaker_.startsInWindow(plan_->recovery, now) + 1;
    const bool automatic = cause_ == notice::Cause::failure || cause_ == notice::Cause::trial;
    if (automatic) {
        breaker_.countStart(plan_->recovery, now);
    }
    phase_ = Phase::launching;
    phaseDeadline_ = now.at + plan_->startTimeout;
    reason_ = "being started";
    launched_.reset();
    confirmed_ = false;
    launchAnswered_ = false;
    attempt_ = ++out.lastAttempt;
    if (!downAt_) {
        downAt_ = now.at;
    }
    out.actions.emplace_back(action::Launch{name(), attempt_, predecessor_, automatic && !stoppedByTarget()});
    announce(notice::RecoveryStarted{cause_, attempt}, out);
}

void Subject::startSucceeded(Instance key, Moment now, Outbox& out) {
    withdrawLaunch(out);
    if (cause_ != notice::Cause::initial && cause_ != notice::Cause::request) {
        ++restartCount_;
    }
    announce(notice::RecoveryFinished{cause_, true, pidOf(key), "", now.at - downAt_.value_or(now.at)}, out);
    enterUp(key, now, out);
}

void Subject::startFailed(const std::string& why, Moment now, Outbox& out) {
    announce(notice::RecoveryFinished{cause_, false, 0, why, now.at - downAt_.value_or(now.at)}, out);
    answerStarts(Error{"cannot start " + name() + ": " + why, ErrorKind::recoveryFailed}, out);
    if (launched_) {
        predecessor_ = launched_;
    }
    launched_.reset();
    endedWith_.reset();
    track(std::nullopt, out);
    decide(now, out);
}

void Subject::stop(Instance key, AfterStop after, Moment now, Outbox& out) {
    phase_ = Phase::stopping;
    phaseDeadline_ = now.at + plan_->stop.timeout;
    key_ = key;
    sick_.reset();
    launched_.reset();
    afterStop_ = after;
    forced_ = false;
    reason_ = "being stopped: " + signalName(plan_->stop.signal) + " sent, SIGKILL after " +
              durationText(plan_->stop.timeout);
    track(key, out);
    out.actions.emplace_back(action::Stop{name(), key, false});
}

void Subject::forceStop(Moment now, Outbox& out) {
    const std::string pid = std::to_string(pidOf(key_));
    if (!forced_) {
        announce(notice::StopTimedOut{pidOf(key_), plan_->stop.signal, plan_->stop.timeout}, out);
    } else if (awaits(event::Verb::stop) || awaitsStart()) {
        const Error stuck{name() + " (PID " + pid + ") is not gone after SIGKILL; Healer goes on trying",
                          ErrorKind::failed};
        answer(event::Verb::stop, stuck, out);
        answerStarts(stuck, out);
    }
    forced_ = true;
    phaseDeadline_ = now.at + std::max(plan_->stop.timeout, kMinForceInterval);
    reason_ = "being stopped: SIGKILL sent";
    if (key_) {
        out.actions.emplace_back(action::Stop{name(), *key_, true});
    }
}

void Subject::withdrawLaunch(Outbox& out) {
    if (phase_ == Phase::launching && !launchAnswered_) {
        out.actions.emplace_back(action::CancelLaunch{name(), attempt_});
        launchAnswered_ = true;
    }
}

void Subject::rest(std::string reason) {
    phase_ = Phase::resting;
    phaseDeadline_.reset();
    reason_ = std::move(reason);
}

void Subject::watchAnew(Outbox& out) {
    const auto instance = key_ ? key_ : launched_ ? launched_ : sick_;
    out.actions.emplace_back(action::Unwatch{name()});
    out.actions.emplace_back(action::Watch{name(), instance});
    tracked_.reset();
    if (instance) {
        track(instance, out);
    }
}

bool Subject::restartsAfter(const Exit& exit) const {
    const bool exited = exit.reason == ExitReason::exited;
    switch (plan_->recovery.restartOn) {
    case RestartOn::always:
        return true;
    case RestartOn::failure:
        return !(exited && exit.code == 0);
    case RestartOn::abnormal:
        return !exited;
    }
    return true;
}

bool Subject::confirmsStart() const {
    return std::any_of(plan_->monitors.begin(), plan_->monitors.end(),
                       [](const MonitorPlan& monitor) { return monitor.confirmsStart; });
}

void Subject::announce(Notice notice, Outbox& out) const {
    out.actions.emplace_back(action::Announce{name(), incident_, std::move(notice)});
}

} // namespace healer::core
