// SPDX-License-Identifier: Apache-2.0
#include "core/outcomes.hpp"
#include "core/reactions.hpp"

#include <algorithm>

namespace healer::core {

namespace {

/// A start that is no longer waited for has succeeded after all: it becomes the instance, or is ended.
void lateLaunch(const Instance& instance, Lifecycle& life, ActionSink& out) {
    if (instance == life.instance() || instance == life.record().predecessor || isEnded(instance)) {
        return;
    }
    switch (life.kind()) {
    case PhaseKind::looking:
    case PhaseKind::waiting:
    case PhaseKind::deferred:
    case PhaseKind::open:
    case PhaseKind::checking:
        life.announce(notice::Adopted{pidOf(instance)}, out);
        life.enterUp(instance, out);
        break;
    case PhaseKind::resting:
        life.stop({.instance = instance}, out);
        break;
    case PhaseKind::up:
    case PhaseKind::launching:
    case PhaseKind::stopping:
        if (!confirmsStart(life.plan())) {
            life.announce(notice::SecondCopy{pidOf(instance)}, out);
            out.add(action::Stop{.name = life.name(), .instance = instance});
        }
        break;
    case PhaseKind::disabled:
        break;
    }
}

/// An operator had it restarted: that is no failure. The monitors find the successor, or that there is none.
void restartedElsewhere(const event::Down& down, Lifecycle& life, ActionSink& out) {
    life.record().predecessor = down.instance;
    life.record().downSince = out.now.at;
    life.record().incident = out.nextIncident();
    life.announce(notice::InstanceEnded{pidOf(down.instance), down.exit, notice::EndedKind::restarting}, out);
    life.track(std::nullopt, out);
    life.check(notice::Cause::failure, out);
}

/// What was started is executing; the monitors have yet to confirm it.
void awaitConfirmation(const Instance& started, Lifecycle& life, ActionSink& out) {
    auto& launching = *life.in<phase::Launching>();
    const bool named = launching.launched && launching.seen;
    if (isEnded(started)) {
        // It has put itself into the background before it could be looked at. What a monitor has seen since
        // is the instance.
        if (!named) {
            putIntoBackground(life, started, out);
        }
    } else if (!named || !monitorNamesInstance(life.plan())) {
        launching.launched = started;
    }
    if (launching.launched) {
        life.setReason("started as PID " + std::to_string(pidOf(*launching.launched)) +
                       ", not confirmed yet");
        life.track(launching.launched, out);
    }
    confirmStart(life, out);
}

} // namespace

void react(const event::LaunchFinished& finished, Lifecycle& life, ActionSink& out) {
    auto* launching = life.in<phase::Launching>();
    const bool awaited =
        launching != nullptr && finished.attempt == launching->attempt && !launching->answered;
    if (!awaited) {
        if (life.record().withdrawn && life.record().withdrawn->attempt == finished.attempt) {
            life.record().withdrawn.reset();
        }
        if (finished.outcome.ok()) {
            lateLaunch(*finished.outcome, life, out);
        }
        return;
    }
    launching->answered = true;
    if (!finished.outcome.ok() && launching->launched) {
        // Another instance was started elsewhere meanwhile. It comes up, or the start times out.
        return;
    }
    if (!finished.outcome.ok()) {
        failStart(life, finished.outcome.error(), out);
    } else if (confirmsStart(life.plan())) {
        // The unit's own limit was for its start job; now its probes have their time.
        const bool own = !life.plan().unit.empty() && !life.plan().startTimeoutGiven;
        launching->deadline =
            own ? std::max(launching->deadline, out.now.at + life.startPatience()) : launching->deadline;
        awaitConfirmation(*finished.outcome, life, out);
    } else {
        completeStart(life, *finished.outcome, out);
    }
}

void react(const event::StopFailed& failed, Lifecycle& life, ActionSink& out) {
    if (life.kind() == PhaseKind::stopping) {
        life.announce(notice::StopFailed{failed.detail}, out);
    }
}

void react(const event::StopUnderWay& stop, Lifecycle& life, ActionSink& out) {
    auto* stopping = life.in<phase::Stopping>();
    if (stopping == nullptr) {
        return;
    }
    stopping->lingering = stop.underWay;
    if (stopping->ended && !stop.underWay) {
        followEnd(life, out);
    }
}

void react(const event::StoppedOnPurpose& stopped, Lifecycle& life, ActionSink& out) {
    const auto* stopping = life.in<phase::Stopping>();
    if (stopping != nullptr && stopping->resumed && isFollowedByStart(*stopping)) {
        return; // that was the earlier Healer
    }
    if (stopping != nullptr && !life.plan().unit.empty() && !isFollowedByStart(*stopping)) {
        // The unit may be down before the answer that reports that it was Healer who stopped it.
        Exit exit;
        exit.reason = ExitReason::vanished;
        exit.detail = stopped.detail;
        noteEnd(life, Instance(stopping->instance), exit, out);
        followEnd(life, out);
        return;
    }
    // An earlier Healer stopped it to start it again (a unit is restarted by one job); or a start was
    // requested since.
    const auto& restored = life.record().restored;
    const bool ownStop =
        restored && restored->stopping && life.record().recovering && life.plan().unit.empty();
    if (life.kind() == PhaseKind::looking && (ownStop || life.requests().awaitsStart())) {
        return;
    }
    auto* launching = life.in<phase::Launching>();
    const bool answersLaunch = launching != nullptr && !launching->answered;
    if (answersLaunch && notice::isAutomatic(launching->cause)) {
        life.uncountStart();
    }
    life.requests().wantStop({OperatorRequests::StopBy::serviceManager, stopped.detail, out.now.at});
    if (!answersLaunch) {
        life.requests().answerStarts(Error{"a stop was requested meanwhile", ErrorKind::busy}, out);
    }
    switch (life.kind()) {
    case PhaseKind::launching:
        if (answersLaunch) {
            life.withdrawLaunch(out); // where it was a monitor that has reported the stop
            failStart(life, Error{stopped.detail}, out);
        }
        break;
    case PhaseKind::waiting:
    case PhaseKind::deferred:
    case PhaseKind::open:
    case PhaseKind::checking:
        (void)noteEndWithoutHeir(life, out);
        life.decide(out);
        break;
    case PhaseKind::stopping:
    case PhaseKind::disabled:
    case PhaseKind::looking:
    case PhaseKind::up:
    case PhaseKind::resting:
        break;
    }
}

void react(const event::StartedOnPurpose& /*started*/, Lifecycle& life, ActionSink& out) {
    life.unit().jobStarts();
    wantStarted(life, out);
    switch (life.kind()) {
    case PhaseKind::up:
        life.refreshReason();
        break;
    case PhaseKind::resting:
    case PhaseKind::waiting:
    case PhaseKind::open:
    case PhaseKind::deferred:
        if (!life.requests().paused()) {
            life.check(notice::Cause::failure, out);
        }
        break;
    case PhaseKind::stopping:
        if (auto& afterwards = life.in<phase::Stopping>()->afterwards; afterwards == phase::AfterStop::rest) {
            afterwards = phase::AfterStop::launch;
        }
        break;
    case PhaseKind::disabled:
    case PhaseKind::looking:
    case PhaseKind::checking:
    case PhaseKind::launching:
        break;
    }
}

void react(const event::JobUnderWay& job, Lifecycle& life, ActionSink& out) {
    if (job.underWay) {
        life.unit().jobBegan();
        return;
    }
    const auto held = life.unit().jobEnded();
    const bool current = held.end && life.kind() == PhaseKind::up && life.instance() == held.end->instance;
    if (current && held.started) {
        restartedElsewhere(*held.end, life, out);
    } else if (held.end) {
        react(*held.end, life, out);
    } else if (held.failure) {
        react(*held.failure, life, out);
    }
}

void react(const event::UnitSettings& settings, Lifecycle& life, ActionSink& /*out*/) {
    life.unit().learn(settings);
    life.refreshReason();
}

} // namespace healer::core
