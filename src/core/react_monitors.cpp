// SPDX-License-Identifier: Apache-2.0
#include "core/fork_time.hpp"
#include "core/outcomes.hpp"
#include "core/reactions.hpp"
#include "core/restart_policy.hpp"

#include <utility>

namespace healer::core {

namespace {

/// What PID 1 is doing about a launch is not undone.
constexpr bool kLeave = true;

void reportAdopted(Lifecycle& life, const Instance& instance, ActionSink& out) {
    life.announce(notice::Adopted{pidOf(instance)}, out);
}

/// An instance was found while it was not known whether one runs, or while it was down.
void adopt(Lifecycle& life, const Instance& instance, ActionSink& out) {
    const auto& restored = life.record().restored;
    if (!restored || restored->instance != instance) {
        reportAdopted(life, instance, out);
    }
    life.enterAdopted(instance, out);
}

/// Whether a process that may be the instance keeps it from being started. An operator may start it anyway.
bool mayDoubt(const event::Absent& absent, const Lifecycle& life) {
    const OperatorRequests& requests = life.requests();
    return absent.doubtful && !requests.stopWanted() && !requests.paused() && !requests.awaitsStart() &&
           life.mode() == Mode::act;
}

/// Whether this start of a unit came after the stop that is in force: the last request counts, whoever made
/// it and through whichever door.
bool isStartedSince(const event::Up& up, Lifecycle& life) {
    if (life.plan().unit.empty()) {
        const auto process = processOf(up.instance);
        const auto& stop = life.requests().stop();
        return life.kind() == PhaseKind::looking && up.ownUnit && process && stop->at &&
               startTime(*process) > *stop->at;
    }
    if (life.kind() == PhaseKind::resting) {
        return life.requests().stoppedThroughServiceManager() || up.byOther;
    }
    // The instance that was being stopped when Healer ended is no later start, and a stop may have been
    // requested since.
    const auto& restored = life.record().restored;
    return life.kind() == PhaseKind::looking && !(restored && restored->instance == up.instance) &&
           !life.requests().awaits(event::Verb::stop);
}

/// Whether this run, of what Healer had not started, shows that an operator has: through systemd, or while
/// Healer was away and the breaker kept it down.
bool wasStartedByOperator(const event::Up& up, const Lifecycle& life) {
    switch (life.kind()) {
    case PhaseKind::waiting:
    case PhaseKind::deferred:
    case PhaseKind::open:
    case PhaseKind::checking:
        return up.byOther;
    case PhaseKind::looking:
        return life.breaker().state() != BreakerState::closed &&
               !(life.record().restored && life.record().restored->instance == up.instance);
    default:
        return false;
    }
}

/// It was started by another client of systemd, and has ended or failed before it was seen: the last request
/// was a start.
void endedUnseen(const event::UnitAtRest& rest, Lifecycle& life, ActionSink& out) {
    Exit failed;
    failed.reason = ExitReason::unitFailed;
    failed.detail = "its start has failed";
    const Exit exit = rest.end.value_or(failed);
    life.requests().forgetStop();
    life.record().lastExit = LastExit{exit, 0, out.now, std::nullopt};
    life.record().endedWith = exit;
    life.record().downSince = out.now.at;
    if (!life.unit().endedInPeace()) {
        beginIncident(life, 0, exit, out);
    }
    life.decide(out);
}

/// What a unit says of a run that an earlier Healer did not see.
void firstLookAtRest(const event::UnitAtRest& rest, Lifecycle& life) {
    if (!rest.end) {
        return;
    }
    Record& record = life.record();
    const auto& stop = life.requests().stop();
    const bool later = rest.ranAt && ((stop && stop->at && *rest.ranAt > *stop->at) ||
                                      (!stop && record.lastExit && *rest.ranAt > record.lastExit->at.at));
    if (stop && later) {
        life.requests().forgetStop();
    }
    const bool wanted = life.unit().endedWell() ? life.plan().recovery.restartOn == RestartOn::always
                                                : !whyNotRestarted(life.plan().recovery, *rest.end);
    if (later || (!life.requests().stopWanted() && !record.restored && !wanted)) {
        record.endedWith = rest.end;
    }
}

/// The monitors have looked at the start of Healer, and nothing runs.
void firstLookAbsent(const event::Absent& absent, Lifecycle& life, ActionSink& out) {
    const OperatorRequests& requests = life.requests();
    const auto restored = std::exchange(life.record().restored, std::nullopt);
    life.record().endedByHealer = restored && restored->stopping && life.record().recovering;
    if (restored && restored->reported) {
        life.record().predecessor = restored->instance;
    } else if (restored && !requests.stopWanted()) {
        Exit unknown;
        unknown.detail = "it ended while Healer was not running";
        noteEnd(life, restored->instance, restored->end.value_or(unknown), out);
    }
    const Record& record = life.record();
    if (mayDoubt(absent, life)) {
        life.doubt(*absent.doubtful, absent.detail,
                   record.endedWith ? notice::Cause::failure : notice::Cause::initial, out);
        return;
    }
    const bool knownBefore = record.recovering || record.endedWith || !life.unit().leave().empty() ||
                             life.breaker().state() != BreakerState::closed;
    if (requests.awaitsStart()) {
        life.requests().forgetStop();
        life.launch(notice::Cause::request, out);
    } else if (requests.stopWanted() || requests.paused() || life.mode() == Mode::observe || knownBefore) {
        life.decide(out);
    } else {
        life.setReason(absent.detail);
        life.launch(notice::Cause::initial, out);
    }
}

/// What comes up after a stop was requested during its start: the order for that could not be withdrawn in
/// time, and a monitor has seen it before the launcher reports it.
bool isWithdrawnStart(const Lifecycle& life, const ActionSink& out) {
    const auto& withdrawn = life.record().withdrawn;
    return life.requests().stopWanted() && withdrawn && out.now.at < withdrawn->until;
}

/// Another run of the unit is there although it is being stopped: the old one has ended. Where a start
/// follows anyway, that adopts it; where an operator has started it, the last request counts; what systemd
/// restarts by itself is stopped in turn.
void restartedMeanwhile(const event::Up& up, Lifecycle& life, ActionSink& out) {
    auto& stopping = *life.in<phase::Stopping>();
    if (life.plan().unit.empty() || up.instance == stopping.instance) {
        return;
    }
    if (!isFollowedByStart(stopping) && !up.byOther) {
        stopping.instance = up.instance;
        life.track(up.instance, out);
        out.add(action::Stop{.name = life.name(), .instance = up.instance, .force = stopping.forced});
        return;
    }
    if (!isFollowedByStart(stopping)) {
        wantStarted(life, out);
        stopping.afterwards = phase::AfterStop::launch;
    }
    noteEnd(life, Instance(stopping.instance), Exit{}, out);
    followEnd(life, out);
}

/// A probe has failed, and systemd says that the unit is in order.
void confirmSuspicion(Lifecycle& life, ActionSink& out) {
    if (const auto failure = life.unit().takeSuspicion()) {
        actOnFailure(*failure, life, out);
    }
}

bool isClean(const Exit& exit) {
    return exit.reason == ExitReason::exited && exit.code == 0;
}

/// The end of a start that may have left a daemon behind. Where it is not known how it ended, that is
/// possible.
bool mayHaveForked(const Exit& exit) {
    return isClean(exit) || exit.reason == ExitReason::vanished;
}

/// Whether another process may have taken over from the instance. Of an end that was not seen that is
/// possible where a PID file names the other one, and soon after the start.
bool mayHaveHeir(const Lifecycle& life, const Exit& exit, const ActionSink& out) {
    const auto& since = life.record().activeSince;
    const bool young = since && out.now.at < since->at + kForksWithin;
    const bool unseen = exit.reason == ExitReason::vanished && (young || monitorNamesInstance(life.plan()));
    return life.plan().unit.empty() && (isClean(exit) || unseen);
}

} // namespace

void react(const event::Up& up, Lifecycle& life, ActionSink& out) {
    if (up.instance == life.record().predecessor) {
        // It is dying: the exit was seen, but /proc still shows it.
        return;
    }
    OperatorRequests& requests = life.requests();
    if (!up.unit.empty() && life.plan().unit.empty()) {
        // It was started through the service manager, in a unit that Healer has not made.
        wantStarted(life, out);
    }
    if (requests.stopWanted() && isStartedSince(up, life)) {
        requests.forgetStop();
    }
    if (life.health().unhealthyInstance() == up.instance && hasProbes(life.plan())) {
        // That it lives is known; its probes report when it is healthy again.
        if (const auto* checking = life.in<phase::Checking>()) {
            life.launch(checking->cause, out);
        }
        return;
    }
    if (wasStartedByOperator(up, life)) {
        life.resetBreaker(out);
    }
    switch (life.kind()) {
    case PhaseKind::disabled:
        return;
    case PhaseKind::stopping:
        restartedMeanwhile(up, life, out);
        return;
    case PhaseKind::launching: {
        auto& launching = *life.in<phase::Launching>();
        launching.launched = up.instance;
        launching.seen = true;
        confirmStart(life, out);
        return;
    }
    case PhaseKind::up:
        if (life.in<phase::Up>()->instance != up.instance) {
            if (pidOf(life.in<phase::Up>()->instance) != 0) {
                reportAdopted(life, up.instance, out);
            }
            life.enterAdopted(up.instance, out);
        } else {
            confirmSuspicion(life, out);
        }
        return;
    case PhaseKind::resting:
        if (isWithdrawnStart(life, out)) {
            life.stop({.instance = up.instance}, out);
            return;
        }
        adopt(life, up.instance, out);
        return;
    case PhaseKind::looking:
        if (!resumeStop(life, up.instance, out)) {
            adopt(life, up.instance, out);
        }
        return;
    case PhaseKind::waiting:
    case PhaseKind::deferred:
    case PhaseKind::open:
    case PhaseKind::checking:
        adopt(life, up.instance, out);
        return;
    }
}

void react(const event::Absent& absent, Lifecycle& life, ActionSink& out) {
    if (const auto* checking = life.in<phase::Checking>()) {
        const auto cause = checking->cause;
        // What was to be recovered may have been started and have ended well meanwhile.
        const bool left = cause != notice::Cause::request && life.unit().endedInPeace();
        const bool ended = noteEndWithoutHeir(life, out);
        if (life.requests().stopWanted() || life.mode() == Mode::observe || left) {
            life.decide(out);
        } else if (mayDoubt(absent, life)) {
            life.doubt(*absent.doubtful, absent.detail, cause, out);
        } else {
            life.record().doubtful.reset();
            if (ended && cause != notice::Cause::request) {
                life.decide(out);
            } else {
                life.launch(cause, out);
            }
        }
    } else if (life.kind() == PhaseKind::looking) {
        firstLookAbsent(absent, life, out);
    } else if (life.kind() == PhaseKind::up) {
        // systemd does not say how the unit is; it would have reported an end.
        confirmSuspicion(life, out);
    }
}

void react(const event::Down& down, Lifecycle& life, ActionSink& out) {
    Record& record = life.record();
    life.unit().noteEnd(down.unit);
    if (auto* launching = life.in<phase::Launching>();
        launching != nullptr && launching->launched == down.instance) {
        if (life.unit().holdsBack(down)) {
            return; // an operator may be stopping it
        }
        if (confirmsStart(life.plan()) && mayHaveForked(down.exit)) {
            // The monitors will report whether its daemon has come up.
            putIntoBackground(life, down.instance, out);
            confirmStart(life, out);
            return;
        }
        record.lastExit = LastExit{down.exit, pidOf(down.instance), out.now, std::nullopt};
        life.withdrawLaunch(out, kLeave);
        failStart(life, endedWhileStarting(life, down.exit), out);
        return;
    }
    if (const auto* launching = life.in<phase::Launching>();
        launching != nullptr && !launching->launched && launching->answered &&
        record.predecessor == down.instance && !mayHaveForked(down.exit)) {
        // How it ended was not known before, or had not been reported yet.
        record.lastExit = LastExit{down.exit, pidOf(down.instance), out.now, std::nullopt};
        life.withdrawLaunch(out, kLeave);
        failStart(life, endedWhileStarting(life, down.exit), out);
        return;
    }
    if (life.kind() == PhaseKind::looking && record.restored && record.restored->instance == down.instance) {
        // It counts when the monitors have answered that no other instance runs.
        record.restored->end = down.exit;
        return;
    }
    if (life.health().unhealthyInstance() == down.instance) {
        life.health().clearUnhealthy();
        record.predecessor = down.instance;
        life.track(std::nullopt, out);
        life.announce(notice::InstanceEnded{pidOf(down.instance), down.exit, notice::EndedKind::unhealthy},
                      out);
        return;
    }
    const bool followed = life.kind() == PhaseKind::up || life.kind() == PhaseKind::stopping;
    if (followed && life.instance() == down.instance) {
        const bool up = life.kind() == PhaseKind::up;
        if (up && life.unit().holdsBack(down)) {
            return;
        }
        if (up && mayHaveHeir(life, down.exit, out)) {
            lookForHeir(life, down.instance, down.exit, out);
            return;
        }
        noteEnd(life, down.instance, life.unit().judged(down.exit), out);
        if (auto* stopping = life.in<phase::Stopping>(); stopping != nullptr && stopping->lingering) {
            stopping->ended = true;
            life.track(std::nullopt, out);
            life.setReason("being stopped: it has ended, what else belongs to it has not");
            return;
        }
        followEnd(life, out);
    }
}

void react(const event::UnitAtRest& rest, Lifecycle& life, ActionSink& out) {
    UnitSide& unit = life.unit();
    const std::string obstacle = unit.obstacle();
    // A unit that was unloaded has nothing to say about an end that is known from before.
    const bool says = rest.startedSince || rest.end || rest.unit.success || !rest.unit.leave.empty();
    if (says) {
        unit.noteEnd(rest.unit);
    } else {
        unit.setObstacle(rest.unit.obstacle);
    }
    switch (life.kind()) {
    case PhaseKind::looking:
        firstLookAtRest(rest, life);
        break;
    case PhaseKind::resting:
        if (rest.startedSince) {
            endedUnseen(rest, life, out);
        }
        break;
    case PhaseKind::deferred:
        if (!obstacle.empty() && unit.obstacle() != obstacle) {
            life.check(life.in<phase::Deferred>()->cause, out);
        }
        break;
    case PhaseKind::disabled:
    case PhaseKind::up:
    case PhaseKind::waiting:
    case PhaseKind::open:
    case PhaseKind::checking:
    case PhaseKind::launching:
    case PhaseKind::stopping:
        break;
    }
}

} // namespace healer::core
