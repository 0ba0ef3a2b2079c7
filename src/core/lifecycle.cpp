// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle.hpp"

#include "core/command_fingerprint.hpp"
#include "core/duration_text.hpp"
#include "core/restart_policy.hpp"

#include <algorithm>
#include <utility>

namespace healer::core {

namespace {

/// Between two SIGKILLs to something that does not die.
constexpr Duration kMinForceInterval = std::chrono::seconds(5);
/// When a process began, by its start time; none where that is not before now.
std::optional<Moment> startOf(const Instance& instance, const Moment& now) {
    const auto process = processOf(instance);
    if (!process || startTime(*process) >= now.at) {
        return std::nullopt;
    }
    const TimePoint at = startTime(*process);
    return Moment(at, now.wall - (now.at - at));
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
        record_.restored = Record::Restored{*saved->instance, std::nullopt, saved->stopping, saved->ended};
    }
    record_.recovering = saved->recovering;
    record_.degraded = saved->degraded;
    record_.restartCount = saved->restartCount;
    record_.incident = saved->incident;
    record_.activeSince = saved->activeSince;
    record_.startedAt = saved->startedAt;
    record_.startedWith = saved->startedWith;
    record_.lastExit = saved->lastExit;
    record_.restoredLeft = saved->left;
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

void Lifecycle::enter(Phase to, std::string reason, ActionSink& out) {
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
    record_.withdrawn.reset();
    record_.recovering = false;
    record_.restartPending = false;
    record_.wasUnidentified = core::isUnidentified(instance);
    health_.clearUnhealthy();
    enter(phase::Up{instance}, runningReason(), out);
    unit_.forgetStopByTarget();
    unit_.forgetEnd();
    track(instance, out);
    answerStarts(instance, out);
    if (requests_.awaits(event::Verb::stop)) {
        stop({.instance = instance}, out);
    }
}

/// Where nothing confirms a start, the program has only just been executed, and may end right away.
void Lifecycle::answerStarts(const Instance& instance, ActionSink& out) {
    constexpr Duration kSettling = std::chrono::milliseconds(200);
    if (!requests_.awaitsStart()) {
        return;
    }
    if (confirmsStart(*plan_) || core::isUnidentified(instance)) {
        requests_.answerStarts(pidOf(instance), out);
    } else {
        requests_.settleAt(out.now.at + kSettling);
    }
}

void Lifecycle::settleStart(ActionSink& out) {
    const auto when = requests_.settlesAt();
    if (when && out.now.at >= *when) {
        requests_.answerStarts(pidOf(in<phase::Up>()->instance), out);
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

void Lifecycle::stop(phase::Stopping stopping, ActionSink& out) {
    stopping.deadline = out.now.at + stopPatience();
    const Instance instance = stopping.instance;
    const bool forRestart = isFollowedByStart(stopping);
    const bool resumed = stopping.resumed;
    requests_.settleAt(std::nullopt);
    health_.clearUnhealthy();
    const bool bySystemd = !plan_->unit.empty() && !plan_->stopTimeoutGiven;
    const auto limit = unit_.stopLimit();
    enter(std::move(stopping),
          bySystemd ? "being stopped by systemd" + (limit ? ", SIGKILL after " + durationText(*limit) : "")
                    : "being stopped: " + signalName(plan_->stop.signal) + " sent, SIGKILL after " +
                          durationText(plan_->stop.timeout),
          out);
    track(instance, out);
    out.add(action::Stop{.name = name(), .instance = instance, .forRestart = forRestart, .resumed = resumed});
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
    out.add(action::Stop{.name = name(),
                         .instance = stopping.instance,
                         .force = true,
                         .forRestart = isFollowedByStart(stopping)});
}

void Lifecycle::withdrawLaunch(ActionSink& out, bool leave) {
    auto* launching = in<phase::Launching>();
    if (launching != nullptr && !std::exchange(launching->answered, true)) {
        out.add(action::CancelLaunch{name(), launching->attempt, leave});
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
