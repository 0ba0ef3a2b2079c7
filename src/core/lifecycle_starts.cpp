// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle.hpp"

#include "core/command_fingerprint.hpp"
#include "core/duration_text.hpp"
#include "core/restart_policy.hpp"

#include <algorithm>
#include <functional>
#include <utility>

/// Whether, when and how a process that is down is started.
namespace healer::core {

namespace {

/// What dies together is reported one after the other: before a dependent is started again, so much time
/// passes that the end of its target is known too.
constexpr Duration kSettling = std::chrono::milliseconds(50);
/// Between two looks at something that may be the instance.
constexpr Duration kDoubt = std::chrono::seconds(5);
/// Between two looks at what only systemd, or another unit, can change.
constexpr Duration kLookAgain = std::chrono::seconds(10);
constexpr Duration kObstacleLook = std::chrono::seconds(2);

std::uint64_t jitterSeed(const std::string& name, std::uint64_t attempt) {
    return std::hash<std::string>{}(name) ^ (attempt * 0x9e3779b97f4a7c15U);
}

} // namespace

void Lifecycle::decide(ActionSink& out) {
    if (!mayStart(out) || !breakerAllows(out)) {
        return;
    }
    if (breaker_.state() == BreakerState::halfOpen) {
        launch(notice::Cause::trial, out);
        return;
    }
    const unsigned attempt = breaker_.startsInWindow(plan_->recovery, out.now) + 1;
    const Duration backoff = backoffDelay(plan_->recovery.backoff, attempt,
                                          jitterSeed(name(), out.numbers.lastAttempt + record_.incident));
    const Duration delay = std::max(backoff, pauseAfterFailedStarts(record_.failedStarts));
    if (delay > Duration::zero()) {
        enter(phase::Waiting{.deadline = out.now.at + delay},
              (record_.startFault.empty() ? std::string() : record_.startFault + "; ") + "waits " +
                  durationText(delay) + " before the next start",
              out);
    } else if (record_.doubtful) {
        check(notice::Cause::failure, out);
    } else {
        launch(notice::Cause::failure, out);
    }
}

/// Why nothing is done about its end: that was no failure, or not one that is to be answered. Empty: it is
/// to be started.
std::string Lifecycle::reasonToLeave() const {
    if (!unit_.leave().empty()) {
        return unit_.leave();
    }
    const auto& ended = record_.endedWith;
    if (!ended) {
        return {};
    }
    const bool well = unit_.endedWell() && plan_->recovery.restartOn != RestartOn::always;
    const auto whyNot = whyNotRestarted(plan_->recovery, *ended);
    if (!well && !whyNot) {
        return {};
    }
    const bool clean = ended->reason == ExitReason::exited && ended->code == 0;
    return describe(*ended) + (well && !clean ? " (a success in the words of its unit)" : "") +
           whyNot.value_or(", which restart_on does not answer");
}

/// Whether it is to be started at all; else it rests.
bool Lifecycle::mayStart(ActionSink& out) {
    const std::string left = reasonToLeave();
    if (requests_.stopWanted()) {
        record_.recovering = false;
        rest(requests_.stop()->detail, out);
        requests_.answer(event::Verb::stop, pid_t{0}, out);
    } else if (requests_.paused()) {
        record_.recovering = true;
        rest("down while paused: not recovered until it is resumed", out);
    } else if (!left.empty()) {
        record_.recovering = false;
        rest(left, out);
    } else if (mode_ == Mode::observe) {
        record_.recovering = true;
        rest("down; observe_only is set, so it is not started", out);
        announce(notice::WouldStart{}, out);
    } else {
        record_.recovering = true;
        return true;
    }
    return false;
}

bool Lifecycle::breakerAllows(ActionSink& out) {
    const auto from = breaker_.state();
    const bool allowed = breaker_.allowsStart(plan_->recovery, out.now);
    std::string reason = reason_;
    if (from != breaker_.state()) {
        const unsigned starts = breaker_.startsInWindow(plan_->recovery, out.now);
        const std::string why =
            allowed ? "the cooldown is over"
            : from == BreakerState::halfOpen
                ? "the trial start did not last"
                : std::to_string(starts) + " restarts within " + durationText(plan_->recovery.retryWindow);
        reason = "circuit breaker is open: " + why;
        announceBreaker(from, why, out);
    } else if (from == BreakerState::open && kind() != PhaseKind::open) {
        reason = "circuit breaker is open: the cooldown is not over";
    }
    if (!allowed) {
        enter(phase::Open{breaker_.retryAt(plan_->recovery)->at}, std::move(reason), out);
    }
    return allowed;
}

void Lifecycle::check(notice::Cause cause, ActionSink& out) {
    enter(phase::Checking{out.now.at + plan_->startTimeout + kLookSlack, cause},
          "looking for an instance that was started elsewhere", out);
    out.add(action::Look{name()});
}

void Lifecycle::doubt(const ProcessKey& doubtful, std::string reason, notice::Cause cause, ActionSink& out) {
    const bool known = std::exchange(record_.doubtful, doubtful) == doubtful;
    reason += "; a pid monitor or `unit:` would decide it, and `healerctl start` starts it all the same";
    if (!known) {
        announce(notice::Doubted{doubtful.pid, reason}, out);
    }
    enter(phase::Waiting{out.now.at + kDoubt, phase::WaitFor::clarity, cause}, std::move(reason), out);
}

void Lifecycle::launch(notice::Cause cause, ActionSink& out) {
    if (!passesGate(cause, out)) {
        return;
    }
    if (const auto unhealthy = health_.unhealthyInstance()) {
        stop({.instance = *unhealthy, .afterwards = phase::AfterStop::relaunch, .cause = cause}, out);
        return;
    }
    const unsigned number = breaker_.startsInWindow(plan_->recovery, out.now) + 1;
    if (notice::isAutomatic(cause)) {
        breaker_.countStart(plan_->recovery, out.now);
    }
    const std::uint64_t attempt = out.nextAttempt();
    record_.downSince = record_.downSince.value_or(out.now.at);
    record_.doubtful.reset();
    record_.withdrawn.reset();
    record_.launchedWith = fingerprintOf(plan_->command);
    enter(phase::Launching{.deadline = out.now.at + startPatience(), .cause = cause, .attempt = attempt},
          "being started", out);
    unit_.forgetEnd();
    const bool byHealer = std::exchange(record_.endedByHealer, false);
    const bool afterFailure = notice::isAutomatic(cause) && !unit_.stoppedByTarget() && !byHealer;
    out.add(action::Launch{name(), attempt, record_.predecessor, afterFailure});
    announce(notice::RecoveryStarted{cause, number}, out);
}

void Lifecycle::relaunch(notice::Cause cause, ActionSink& out) {
    if (requests_.stopWanted() || (requests_.paused() && !requests_.awaitsStart())) {
        decide(out);
    } else {
        launch(cause, out);
    }
}

/// Whether it may be started now, as far as its dependencies go; if not, it is deferred. An operator request
/// does not wait.
bool Lifecycle::passesGate(notice::Cause cause, ActionSink& out) {
    // A first start pulls up what the unit is bound to, as systemctl start does; a later one must not.
    const bool again = cause != notice::Cause::request && cause != notice::Cause::initial;
    if (again && !unit_.obstacle().empty()) {
        const bool known = kind() == PhaseKind::deferred && reason_ == unit_.obstacle();
        record_.deferredSince = record_.deferredSince.value_or(out.now.at);
        defer(out.now.at + kObstacleLook, unit_.obstacle(), cause, out);
        if (!known) {
            announce(notice::Blocked{notice::BlockedKind::waits, unit_.obstacle()}, out);
        }
        return false;
    }
    if (plan_->dependencies.empty() || cause == notice::Cause::request) {
        record_.degraded = lacksTarget(plan_->dependencies, *targets_);
        return true;
    }
    const TimePoint now = out.now.at;
    const auto& downSince = record_.downSince;
    record_.deferredSince = record_.deferredSince.value_or(now);
    const auto verdict = judgeDependencies(plan_->dependencies, *targets_, *record_.deferredSince, now);
    if (verdict.kind != GateVerdict::Kind::open) {
        const bool known = kind() == PhaseKind::deferred && reason_ == verdict.reason;
        defer(verdict.deadline(now), verdict.reason, cause, out);
        if (!known) {
            const auto kind = verdict.kind == GateVerdict::Kind::hold ? notice::BlockedKind::held
                                                                      : notice::BlockedKind::waits;
            announce(notice::Blocked{kind, verdict.reason}, out);
        }
        return false;
    }
    const bool afterFailure = cause == notice::Cause::failure && record_.endedWith;
    if (afterFailure && downSince && now < *downSince + kSettling) {
        defer(*downSince + kSettling, "checks whether what it depends on is down too", cause, out);
        return false;
    }
    if (verdict.degraded && !std::exchange(record_.degraded, true)) {
        announce(notice::Degraded{}, out);
    }
    return true;
}

void Lifecycle::defer(TimePoint until, std::string reason, notice::Cause cause, ActionSink& out) {
    enter(phase::Deferred{until, cause}, std::move(reason), out);
}

void Lifecycle::lookForObstacle(ActionSink& out) {
    in<phase::Deferred>()->deadline = out.now.at + kObstacleLook;
    out.add(action::Look{name()});
}

void Lifecycle::waitForSystemd(ActionSink& out) {
    const TimePoint next = out.now.at + kLookAgain;
    if (auto* looking = in<phase::Looking>()) {
        looking->deadline = next;
        reason_ = "waits for systemd, which is starting or stopping its unit";
    } else if (auto* checking = in<phase::Checking>()) {
        checking->deadline = next;
        reason_ = "waits for systemd, which is starting or stopping its unit";
    } else if (auto* launching = in<phase::Launching>()) {
        launching->deadline = next;
        const auto limit = unit_.startLimit();
        reason_ = "being started by systemd, " +
                  (limit ? "at most " + durationText(*limit) + " or as long as it asks for more time"
                         : std::string("for as long as it takes (TimeoutStartSec=infinity)"));
    } else if (auto* stopping = in<phase::Stopping>()) {
        stopping->deadline = next;
    }
}

} // namespace healer::core
