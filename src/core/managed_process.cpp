// SPDX-License-Identifier: Apache-2.0
#include "core/managed_process.hpp"

#include "core/duration_text.hpp"
#include "core/outcomes.hpp"
#include "core/reactions.hpp"

#include <algorithm>
#include <utility>

namespace healer::core {

namespace {

/// In so short a time it cannot have been started elsewhere.
constexpr Duration kQuick = std::chrono::seconds(1);
/// What the end of a target has done to those that are bound to it is known that soon after.
constexpr Duration kSameMoment = std::chrono::seconds(1);

} // namespace

void ManagedProcess::handle(const Event& event, ActionSink& out) {
    if (life_.kind() == PhaseKind::disabled && !std::holds_alternative<event::Request>(event)) {
        return;
    }
    std::visit([&](const auto& what) { react(what, life_, out); }, event);
}

void ManagedProcess::advance(ActionSink& out) {
    if (life_.kind() == PhaseKind::disabled) {
        return;
    }
    life_.advanceBreaker(out);
    if (life_.kind() == PhaseKind::up) {
        life_.settleStart(out);
    }
    const TimePoint now = out.now.at;
    if (const auto deadline = deadlineOf(life_.phase()); !deadline || now < *deadline) {
        return;
    }
    if (life_.isUpToSystemd()) {
        life_.waitForSystemd(out);
        return;
    }
    switch (life_.kind()) {
    case PhaseKind::looking:
    case PhaseKind::checking:
        react(event::Absent{name(), "no monitor has answered"}, life_, out);
        break;
    case PhaseKind::waiting:
        life_.check(life_.in<phase::Waiting>()->cause, out);
        break;
    case PhaseKind::deferred: {
        const auto cause = life_.in<phase::Deferred>()->cause;
        if (!life_.unit().obstacle().empty()) {
            life_.lookForObstacle(out);
            break;
        }
        if (now < life_.record().deferredSince.value_or(now) + kQuick) {
            life_.launch(cause, out);
        } else {
            life_.check(cause, out);
        }
        break;
    }
    case PhaseKind::open:
        life_.check(notice::Cause::trial, out);
        break;
    case PhaseKind::launching:
        launchTimedOut(out);
        break;
    case PhaseKind::stopping:
        if (const auto& stopping = *life_.in<phase::Stopping>(); stopping.ended && stopping.forced) {
            followEnd(life_, out); // what else belongs to it cannot be ended
        } else {
            life_.forceStop(out);
        }
        break;
    case PhaseKind::disabled:
    case PhaseKind::up:
    case PhaseKind::resting:
        break;
    }
}

bool ManagedProcess::heldUp(Duration pause) {
    const auto postpone = [pause](auto* phase) {
        if (phase != nullptr) {
            phase->deadline += pause;
        }
        return phase != nullptr;
    };
    return postpone(life_.in<phase::Looking>()) || postpone(life_.in<phase::Checking>()) ||
           postpone(life_.in<phase::Launching>()) || postpone(life_.in<phase::Stopping>());
}

void ManagedProcess::launchTimedOut(ActionSink& out) {
    if (completesUnproven(life_, out)) {
        return;
    }
    const std::string why = "not up within " + durationText(life_.startPatience());
    life_.withdrawLaunch(out);
    const auto launching = *life_.in<phase::Launching>();
    if (launching.launched) {
        life_.stop({.instance = *launching.launched,
                    .afterwards = phase::AfterStop::startFailed,
                    .cause = launching.cause,
                    .failure = why},
                   out);
    } else {
        failStart(life_, Error{why}, out);
    }
}

void ManagedProcess::changePlan(const ProcessPlan& plan, Mode mode, ActionSink& out) {
    const ProcessPlan& old = life_.plan();
    const bool wasWatched = isWatchable(old);
    const bool isWatched = isWatchable(plan);
    const bool watchedOtherwise = old.monitors != plan.monitors || old.command != plan.command;
    const bool sameEntry = (&old == &plan || old == plan) && life_.mode() == mode;
    if (sameEntry) {
        life_.setPlan(plan, mode);
        return;
    }
    if (wasWatched && !isWatched) {
        end(out);
        life_.setPlan(plan, mode);
        life_.forgetInstances();
        life_.begin(out);
        return;
    }
    life_.setPlan(plan, mode);
    if (!wasWatched) {
        life_.begin(out);
    } else {
        if (watchedOtherwise) {
            life_.watchAgain(out);
        }
        life_.refreshCooldown();
        const PhaseKind kind = life_.kind();
        if (kind == PhaseKind::waiting || kind == PhaseKind::deferred ||
            (kind == PhaseKind::resting && !life_.requests().stopWanted())) {
            life_.decide(out);
        }
    }
}

void ManagedProcess::end(ActionSink& out) {
    if (life_.kind() == PhaseKind::disabled) {
        return;
    }
    life_.withdrawLaunch(out);
    const Error gone{name() + " was removed or disabled by a reload", ErrorKind::disabled};
    life_.requests().answerStarts(gone, out);
    life_.requests().answer(event::Verb::stop, gone, out);
    out.add(action::Unwatch{name()});
}

void ManagedProcess::targetChanged(ActionSink& out) {
    Record& record = life_.record();
    if (record.degraded && isUp() && !lacksTarget(plan().dependencies, *targets_)) {
        record.degraded = false;
        life_.announce(notice::DegradedEnded{}, out);
    }
    restartWithTarget(out);
    const auto* deferred = life_.in<phase::Deferred>();
    if (deferred == nullptr || life_.requests().awaitsStart()) {
        return;
    }
    const auto cause = deferred->cause;
    const TimePoint now = out.now.at;
    const auto verdict =
        judgeDependencies(plan().dependencies, *targets_, record.deferredSince.value_or(now), now);
    if (verdict.kind == GateVerdict::Kind::open) {
        life_.check(cause, out);
    } else {
        life_.defer(verdict.deadline(now), verdict.reason, cause, out);
    }
}

void ManagedProcess::targetRestarted(const std::string& target, TimePoint lostAt, ActionSink& out) {
    const auto& dependencies = plan().dependencies;
    const bool wanted =
        std::any_of(dependencies.begin(), dependencies.end(), [&](const DependencyPlan& dependency) {
            return dependency.target == target && dependency.propagate == Propagate::restart;
        });
    const auto since = activeSince();
    if (wanted && since && *since < lostAt) {
        life_.record().restartPending = true;
        restartWithTarget(out);
    }
}

/// Not before it could be started again: what runs is not ended for the sake of what must not run.
void ManagedProcess::restartWithTarget(ActionSink& out) {
    bool& pending = life_.record().restartPending;
    const OperatorRequests& requests = life_.requests();
    const bool mayAct = isUp() && !requests.paused() && !requests.stopWanted() && life_.mode() == Mode::act &&
                        !life_.isUnidentified();
    if (!pending || !mayAct) {
        pending = pending && mayAct;
        return;
    }
    // As when all waiting is over: what would be started in the end is restarted, and waits as always.
    const auto verdict = judgeDependencies(plan().dependencies, *targets_, TimePoint::min(), out.now.at);
    if (verdict.kind == GateVerdict::Kind::hold) {
        return;
    }
    pending = false;
    life_.announce(notice::RestartPropagated{}, out);
    life_.record().downSince = out.now.at;
    life_.stop({.instance = Instance(life_.in<phase::Up>()->instance),
                .afterwards = phase::AfterStop::relaunch,
                .cause = notice::Cause::dependency},
               out);
}

void ManagedProcess::stoppedWith(const std::string& target, ActionSink& out) {
    life_.unit().stoppedWith(target);
    auto& last = life_.record().lastExit;
    if (life_.kind() != PhaseKind::resting || !last) {
        return; // its end is still to be reported
    }
    life_.requests().forgetStop();
    last->exit = life_.unit().judged(last->exit);
    life_.record().endedWith = last->exit;
    life_.record().incident = out.nextIncident();
    life_.announce(notice::ProcessDown{last->pid, last->exit, describe(last->exit)}, out);
    life_.decide(out);
}

bool ManagedProcess::tookAlong(std::optional<TimePoint> since) const {
    const PhaseKind kind = life_.kind();
    if (life_.requests().stopWanted() || kind == PhaseKind::disabled || kind == PhaseKind::looking) {
        return false;
    }
    // It may have been known to be up only when its probes had passed.
    const auto process = processOf(life_.instance());
    const auto began = process ? std::optional(startTime(*process)) : activeSince();
    return kind != PhaseKind::up || (since && began && *began > *since);
}

std::optional<TimePoint> ManagedProcess::justStopped(TimePoint now) const {
    const auto& last = life_.record().lastExit;
    const bool fresh = life_.requests().stoppedThroughServiceManager() &&
                       life_.kind() == PhaseKind::resting && last && now < last->at.at + kSameMoment;
    return fresh ? life_.record().ranSince : std::nullopt;
}

std::optional<TimePoint> ManagedProcess::activeSince() const {
    const auto& since = life_.record().activeSince;
    return since ? std::optional(since->at) : std::nullopt;
}

std::optional<TimePoint> ManagedProcess::deadline() const {
    if (life_.kind() == PhaseKind::disabled) {
        return std::nullopt;
    }
    std::optional<TimePoint> earliest;
    for (const auto& due : {deadlineOf(life_.phase()), life_.requests().settlesAt(),
                            life_.breaker().deadline(plan().recovery, life_.upSince())}) {
        earliest = due && earliest ? std::min(*due, *earliest) : due ? due : earliest;
    }
    return earliest;
}

TargetFacts ManagedProcess::facts() const {
    TargetFacts facts;
    facts.ready = life_.isReady();
    switch (life_.kind()) {
    case PhaseKind::waiting:
        facts.underWay = life_.in<phase::Waiting>()->what == phase::WaitFor::backoff;
        break;
    case PhaseKind::looking:
    case PhaseKind::deferred:
    case PhaseKind::checking:
    case PhaseKind::launching:
        facts.underWay = true;
        break;
    case PhaseKind::stopping:
        facts.underWay = life_.in<phase::Stopping>()->afterwards != phase::AfterStop::rest;
        break;
    case PhaseKind::disabled:
    case PhaseKind::up:
    case PhaseKind::open:
    case PhaseKind::resting:
        break;
    }
    const bool setAside = isUp() && !life_.health().holdsStart(plan());
    facts.reason = !isUp() || facts.ready ? std::string(toString(state()))
                   : setAside             ? "its probe has never passed"
                                          : "not healthy yet";
    return facts;
}

std::optional<Instance> ManagedProcess::readyInstance() const {
    return life_.isReady() ? life_.instance() : std::nullopt;
}

State ManagedProcess::state() const {
    const bool recovering = life_.record().recovering;
    if (life_.kind() == PhaseKind::disabled) {
        return plan().enabled ? State::down : State::disabled;
    }
    if (life_.requests().paused()) {
        return State::paused;
    }
    switch (life_.kind()) {
    case PhaseKind::disabled:
        return State::disabled;
    case PhaseKind::looking:
        return State::starting;
    case PhaseKind::up:
        return State::running;
    case PhaseKind::waiting:
        return life_.in<phase::Waiting>()->what == phase::WaitFor::backoff ? State::backoff : State::down;
    case PhaseKind::deferred:
        return State::deferred;
    case PhaseKind::open:
        return State::tripped;
    case PhaseKind::checking:
    case PhaseKind::launching:
        return recovering ? State::recovering : State::starting;
    case PhaseKind::stopping:
        return life_.in<phase::Stopping>()->afterwards == phase::AfterStop::rest ? State::running
                                                                                 : State::recovering;
    case PhaseKind::resting:
        return recovering ? State::down : State::stopped;
    }
    return State::down;
}

ProcessView ManagedProcess::view() const {
    const Record& record = life_.record();
    const bool alive = isUp() || life_.kind() == PhaseKind::stopping;
    ProcessView view;
    view.name = name();
    view.state = state();
    view.stateReason = life_.reason();
    if (life_.hasOldSettings()) {
        view.stateReason += "; its configuration has changed since it was started: healerctl restart " +
                            name() + " applies it";
    }
    view.breaker = life_.breaker().state();
    view.breakerRetryAt = life_.breaker().retryAt(plan().recovery);
    view.instance = alive ? life_.instance() : life_.health().unhealthyInstance();
    view.degraded = record.degraded && alive;
    view.restartCount = record.restartCount;
    view.activeSince = !alive ? std::nullopt : record.startedAt ? record.startedAt : record.activeSince;
    view.lastExit = record.lastExit;
    return view;
}

SavedState ManagedProcess::savedState() const {
    const Record& record = life_.record();
    // Whether an operator has stopped it, may be found out only when the next one is to be started.
    const auto* launching = life_.in<phase::Launching>();
    const bool ended = launching != nullptr && !launching->answered && !launching->launched &&
                       notice::isAutomatic(launching->cause) && record.predecessor;
    const auto known = record.restored ? std::optional(record.restored->instance)
                       : record.ending ? std::optional(record.ending->instance)
                       : ended         ? record.predecessor
                                       : std::nullopt;
    const auto running = life_.instance();
    const auto* stopping = life_.in<phase::Stopping>();
    // Should Healer end now, the stop is no operator's.
    const bool restarting = stopping != nullptr && isFollowedByStart(*stopping);
    const bool looking = life_.kind() == PhaseKind::looking;
    std::optional<SavedState::Left> left;
    if (life_.kind() == PhaseKind::resting && !record.recovering && !life_.requests().stopWanted()) {
        left = SavedState::Left{life_.unit().endedWell(), life_.unit().leave()};
    } else if (looking && record.restoredLeft) {
        left = *record.restoredLeft;
    }
    const bool wasStopping = looking && record.restored && record.restored->stopping;
    return {.instance = running ? running : known,
            .stopping = wasStopping || (stopping != nullptr && !stopping->ended),
            .ended = ended || (looking && record.restored && record.restored->reported),
            .recovering = record.recovering || restarting,
            .paused = life_.requests().paused(),
            .stop = life_.requests().stop(),
            .degraded = record.degraded,
            .breaker = life_.breaker().snapshot(),
            .restartCount = record.restartCount,
            .incident = record.incident,
            .activeSince = record.activeSince,
            .startedAt = record.startedAt,
            .startedWith = record.startedWith,
            .lastExit = record.lastExit,
            .probes = life_.health().trust().saved(),
            .left = std::move(left)};
}

} // namespace healer::core
