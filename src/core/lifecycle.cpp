// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle.hpp"

#include "core/command_fingerprint.hpp"
#include "core/duration_text.hpp"
#include "core/restart_policy.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace healer::core {

namespace {

/// How much longer than a start a monitor may take to answer whether an instance runs: it may itself wait for
/// a start that is under way.
constexpr Duration kLookSlack = std::chrono::seconds(10);
/// Between two SIGKILLs to something that does not die.
constexpr Duration kMinForceInterval = std::chrono::seconds(5);
/// What dies together is reported one after the other: before a dependent is started again, so much time
/// passes that the end of its target is known too.
constexpr Duration kSettling = std::chrono::milliseconds(50);
/// Between two looks at something that may be the instance.
constexpr Duration kDoubt = std::chrono::seconds(5);

std::uint64_t jitterSeed(const std::string& name, std::uint64_t attempt) {
    return std::hash<std::string>{}(name) ^ (attempt * 0x9e3779b97f4a7c15U);
}

/// When a process began, by its start time; none where that is not before now.
std::optional<Moment> startOf(const Instance& instance, const Moment& now) {
    constexpr Duration kTick = std::chrono::milliseconds(10);
    const auto process = processOf(instance);
    const auto ticksNow = now.at.time_since_epoch() / kTick;
    if (!process || ticksNow < 0 || process->startTicks >= static_cast<std::uint64_t>(ticksNow)) {
        return std::nullopt;
    }
    const TimePoint at(kTick * static_cast<Duration::rep>(process->startTicks));
    return Moment(at, now.wall - (now.at - at));
}

/// Between two looks at what only systemd, or another unit, can change.
constexpr Duration kLookAgain = std::chrono::seconds(10);
constexpr Duration kObstacleLook = std::chrono::seconds(2);

bool isAutomatic(notice::Cause cause) {
    return cause == notice::Cause::failure || cause == notice::Cause::trial;
}

} // namespace

Lifecycle::Lifecycle(const ProcessPlan& plan, Mode mode, const Targets& targets,
                     const std::optional<SavedState>& saved)
    : plan_(&plan), targets_(&targets), mode_(mode) {
    health_.trust().know(plan);
    if (!saved) {
        return;
    }
    health_.trust().know(plan, saved->probes);
    if (saved->paused) {
        requests_.pause();
    }
    if (saved->stop) {
        requests_.wantStop(*saved->stop);
    }
    breaker_ = Breaker(saved->breaker);
    if (saved->instance) {
        record_.restored = Record::Restored{*saved->instance, std::nullopt};
    }
    record_.recovering = saved->recovering;
    record_.degraded = saved->degraded;
    record_.restartCount = saved->restartCount;
    record_.incident = saved->incident;
    record_.activeSince = saved->activeSince;
    record_.startedAt = saved->startedAt;
    record_.startedWith = saved->startedWith;
    record_.lastExit = saved->lastExit;
    if (saved->left) {
        unit_.noteEnd({.success = saved->left->success, .leave = saved->left->reason});
        if (saved->lastExit) {
            record_.endedWith = saved->lastExit->exit;
        }
    }
}

void Lifecycle::setPlan(const ProcessPlan& plan, Mode mode) {
    if (plan_->monitors != plan.monitors) {
        health_.trust().know(plan);
        health_.forgetRemarks();
    }
    plan_ = &plan;
    mode_ = mode;
    record_.degraded = record_.degraded && lacksTarget(plan.dependencies, *targets_);
}

std::optional<Instance> Lifecycle::instance() const {
    if (const auto* up = in<phase::Up>()) {
        return up->instance;
    }
    if (const auto* stopping = in<phase::Stopping>()) {
        return stopping->ended ? std::nullopt : std::optional(stopping->instance);
    }
    const auto* launching = in<phase::Launching>();
    return launching != nullptr && launching->launched ? launching->launched : health_.unhealthyInstance();
}

bool Lifecycle::isUnidentified() const {
    const auto* up = in<phase::Up>();
    return up != nullptr && core::isUnidentified(up->instance);
}

Duration Lifecycle::startPatience() const {
    const bool own = !plan_->unit.empty() && !plan_->startTimeoutGiven;
    return own ? std::max(unit_.startLimit().value_or(plan_->startTimeout), plan_->startTimeout)
               : plan_->startTimeout;
}

Duration Lifecycle::stopPatience() const {
    const bool own = !plan_->unit.empty() && !plan_->stopTimeoutGiven;
    return own ? std::max(unit_.stopLimit().value_or(plan_->stop.timeout), plan_->stop.timeout)
               : plan_->stop.timeout;
}

bool Lifecycle::isUpToSystemd() const {
    if (plan_->unit.empty() || !unit_.jobUnderWay()) {
        return false;
    }
    if (const auto* stopping = in<phase::Stopping>()) {
        return !plan_->stopTimeoutGiven && !stopping->forced;
    }
    return !plan_->startTimeoutGiven &&
           (kind() == PhaseKind::looking || kind() == PhaseKind::checking || kind() == PhaseKind::launching);
}

std::optional<TimePoint> Lifecycle::upSince() const {
    return kind() == PhaseKind::up && record_.activeSince ? std::optional(record_.activeSince->at)
                                                          : std::nullopt;
}

template <typename To>
void Lifecycle::enter(To to, std::string reason, ActionSink& out) {
    const PhaseKind from = kind();
    phase_ = std::move(to);
    reason_ = std::move(reason);
    if (out.moved) {
        out.moved(name(), from, kind());
    }
}

void Lifecycle::begin(ActionSink& out) {
    if (!isWatchable(*plan_)) {
        phase_ = phase::Disabled{};
        reason_ = plan_->enabled ? plan_->unavailable : "disabled in the configuration";
        return;
    }
    phase_ = phase::Looking{out.now.at + plan_->startTimeout + kLookSlack};
    reason_ = "looking for a running instance";
    out.add(
        action::Watch{name(), record_.restored ? std::optional(record_.restored->instance) : std::nullopt});
}

void Lifecycle::decide(ActionSink& out) {
    if (!mayStart(out) || !breakerAllows(out)) {
        return;
    }
    if (breaker_.state() == BreakerState::halfOpen) {
        launch(notice::Cause::trial, out);
        return;
    }
    const unsigned attempt = breaker_.startsInWindow(plan_->recovery, out.now) + 1;
    const Duration delay = backoffDelay(plan_->recovery.backoff, attempt,
                                        jitterSeed(name(), out.numbers.lastAttempt + record_.incident));
    if (delay > Duration::zero()) {
        enter(phase::Waiting{.deadline = out.now.at + delay},
              "waits " + durationText(delay) + " before the next start", out);
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

void Lifecycle::enterUp(const Instance& instance, ActionSink& out) {
    const bool isRestored = record_.restored && record_.restored->instance == instance;
    if (!(isRestored && record_.activeSince)) {
        record_.activeSince = out.now;
        record_.startedAt.reset();
        if (record_.launchedWith != 0) {
            record_.startedWith = std::exchange(record_.launchedWith, 0);
        }
    }
    record_.degraded = record_.degraded && lacksTarget(plan_->dependencies, *targets_);
    record_.deferredSince.reset();
    record_.restored.reset();
    record_.ending.reset();
    record_.endedWith.reset();
    record_.downSince.reset();
    record_.doubtful.reset();
    record_.recovering = false;
    record_.restartPending = false;
    record_.wasUnidentified = core::isUnidentified(instance);
    health_.clearUnhealthy();
    enter(phase::Up{instance}, runningReason(), out);
    unit_.forgetStopByTarget();
    unit_.forgetEnd();
    track(instance, out);
    requests_.answerStarts(pidOf(instance), out);
    if (requests_.awaits(event::Verb::stop)) {
        stop({.instance = instance}, out);
    }
}

void Lifecycle::enterAdopted(const Instance& instance, ActionSink& out) {
    const bool isKnown = record_.restored && record_.restored->instance == instance && record_.activeSince;
    enterUp(instance, out);
    if (!isKnown) {
        record_.startedAt = startOf(instance, out.now);
        record_.startedWith = fingerprintOf(plan_->command);
    }
}

bool Lifecycle::hasOldSettings() const {
    return kind() == PhaseKind::up && record_.startedWith != 0 &&
           record_.startedWith != fingerprintOf(plan_->command);
}

std::string Lifecycle::runningReason() const {
    if (requests_.stopWanted()) {
        return "started elsewhere after it was stopped on request: not healed until it is started through "
               "Healer";
    }
    return unit_.runningReason() + health_.remarks();
}

void Lifecycle::refreshReason() {
    if (kind() == PhaseKind::up) {
        setReason(runningReason());
    }
}

void Lifecycle::rest(std::string reason, ActionSink& out) {
    enter(phase::Resting{}, std::move(reason), out);
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
    if (isAutomatic(cause)) {
        breaker_.countStart(plan_->recovery, out.now);
    }
    const std::uint64_t attempt = out.nextAttempt();
    record_.downSince = record_.downSince.value_or(out.now.at);
    record_.doubtful.reset();
    record_.launchedWith = fingerprintOf(plan_->command);
    enter(phase::Launching{.deadline = out.now.at + startPatience(), .cause = cause, .attempt = attempt},
          "being started", out);
    unit_.forgetEnd();
    const bool afterFailure = isAutomatic(cause) && !unit_.stoppedByTarget();
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

void Lifecycle::stop(phase::Stopping stopping, ActionSink& out) {
    stopping.deadline = out.now.at + stopPatience();
    const Instance instance = stopping.instance;
    health_.clearUnhealthy();
    const bool bySystemd = !plan_->unit.empty() && !plan_->stopTimeoutGiven;
    const auto limit = unit_.stopLimit();
    enter(std::move(stopping),
          bySystemd ? "being stopped by systemd" + (limit ? ", SIGKILL after " + durationText(*limit) : "")
                    : "being stopped: " + signalName(plan_->stop.signal) + " sent, SIGKILL after " +
                          durationText(plan_->stop.timeout),
          out);
    track(instance, out);
    out.add(action::Stop{.name = name(), .instance = instance});
}

void Lifecycle::forceStop(ActionSink& out) {
    auto& stopping = *in<phase::Stopping>();
    const pid_t pid = pidOf(stopping.instance);
    if (!stopping.forced) {
        announce(notice::StopTimedOut{pid, plan_->stop.signal, stopPatience()}, out);
    } else if (requests_.awaits(event::Verb::stop) || requests_.awaitsStart()) {
        const Error stuck{name() + " (PID " + std::to_string(pid) +
                              ") is not gone after SIGKILL; Healer goes on trying",
                          ErrorKind::failed};
        requests_.answer(event::Verb::stop, stuck, out);
        requests_.answerStarts(stuck, out);
    }
    stopping.forced = true;
    stopping.deadline = out.now.at + std::max(plan_->stop.timeout, kMinForceInterval);
    reason_ = "being stopped: SIGKILL sent";
    out.add(action::Stop{.name = name(), .instance = stopping.instance, .force = true});
}

void Lifecycle::withdrawLaunch(ActionSink& out) {
    auto* launching = in<phase::Launching>();
    if (launching != nullptr && !std::exchange(launching->answered, true)) {
        out.add(action::CancelLaunch{name(), launching->attempt});
    }
}

void Lifecycle::track(const std::optional<Instance>& instance, ActionSink& out) {
    if (health_.track(instance)) {
        unit_.forgetHeldBack();
    }
    out.add(action::Track{name(), instance});
}

void Lifecycle::forgetInstances() {
    health_.clearUnhealthy();
    record_.predecessor.reset();
    record_.ending.reset();
    record_.endedWith.reset();
    record_.recovering = false;
}

void Lifecycle::watchAgain(ActionSink& out) {
    const auto running = instance();
    out.add(action::Unwatch{name()});
    out.add(action::Watch{name(), running});
    health_.forgetTracked();
    if (running) {
        track(running, out);
    }
}

void Lifecycle::refreshCooldown() {
    if (auto* open = in<phase::Open>()) {
        const auto retry = breaker_.retryAt(plan_->recovery);
        open->deadline = retry ? retry->at : open->deadline;
    }
}

void Lifecycle::resetBreaker(ActionSink& out) {
    const auto from = breaker_.state();
    breaker_.reset(out.now);
    if (from != BreakerState::closed) {
        announceBreaker(from, "reset by request", out);
    }
}

void Lifecycle::advanceBreaker(ActionSink& out) {
    const auto from = breaker_.state();
    if (breaker_.advance(plan_->recovery, out.now, upSince())) {
        announceBreaker(from,
                        breaker_.state() == BreakerState::closed
                            ? "up for " + durationText(plan_->recovery.stable)
                            : std::string("the cooldown is over"),
                        out);
    }
}

void Lifecycle::announceBreaker(BreakerState from, const std::string& why, ActionSink& out) const {
    announce(notice::BreakerChanged{from, breaker_.state(), breaker_.retryAt(plan_->recovery), why}, out);
}

void Lifecycle::announce(Notice notice, ActionSink& out) const {
    out.add(action::Announce{name(), record_.incident, std::move(notice)});
}

} // namespace healer::core
