// SPDX-License-Identifier: Apache-2.0
#include "core/outcomes.hpp"
#include "core/reactions.hpp"

namespace healer::core {

namespace {

using event::Verb;

void reply(const event::Request& request, const Result<pid_t>& outcome, ActionSink& out) {
    out.add(action::Reply{request.id, outcome});
}

Error unknownProcess(const Lifecycle& life) {
    return Error{life.name() +
                     " answers its probe, but which process that is is not known: stop it by other means",
                 ErrorKind::failed};
}

/// Down or on the way to a start, by Healer's own decision.
bool isAutomatic(PhaseKind kind) {
    return kind == PhaseKind::waiting || kind == PhaseKind::deferred || kind == PhaseKind::open ||
           kind == PhaseKind::checking;
}

void start(const event::Request& request, Lifecycle& life, ActionSink& out) {
    wantStarted(life, out);
    if (const auto* up = life.in<phase::Up>()) {
        life.refreshReason();
        reply(request, pidOf(up->instance), out);
        return;
    }
    life.requests().await(request);
    switch (life.kind()) {
    case PhaseKind::stopping:
        life.in<phase::Stopping>()->afterwards = phase::AfterStop::launch;
        break;
    case PhaseKind::checking:
        life.in<phase::Checking>()->cause = notice::Cause::request;
        break;
    case PhaseKind::waiting:
    case PhaseKind::deferred:
    case PhaseKind::open:
    case PhaseKind::resting:
        life.record().downSince = out.now.at;
        life.check(notice::Cause::request, out);
        break;
    case PhaseKind::disabled:
    case PhaseKind::up:
    case PhaseKind::looking:
    case PhaseKind::launching:
        break;
    }
}

void restart(const event::Request& request, Lifecycle& life, ActionSink& out) {
    const auto* up = life.in<phase::Up>();
    if (up == nullptr) {
        start(request, life, out);
        return;
    }
    if (life.isUnidentified()) {
        reply(request, unknownProcess(life), out);
        return;
    }
    const Instance instance = up->instance;
    life.requests().forgetStop();
    life.resetBreaker(out);
    life.requests().await(request);
    life.announce(notice::Requested{request.verb}, out);
    life.stop({.instance = instance, .afterwards = phase::AfterStop::launch}, out);
}

void stopLaunching(Lifecycle& life, ActionSink& out) {
    const auto& launching = *life.in<phase::Launching>();
    if (!launching.answered) {
        life.record().withdrawn = Record::Withdrawn{launching.attempt, out.now.at + life.startPatience()};
    }
    life.withdrawLaunch(out);
    const auto launched = launching.launched;
    const Duration took = out.now.at - life.record().downSince.value_or(out.now.at);
    life.announce(
        notice::RecoveryFinished{.cause = launching.cause, .error = "stopped by request", .took = took}, out);
    if (launched) {
        life.stop({.instance = *launched}, out);
    } else {
        life.decide(out);
    }
}

/// What was to be started again is not.
void stayDown(Lifecycle& life, ActionSink& out) {
    auto& stopping = *life.in<phase::Stopping>();
    const bool restarting = isFollowedByStart(stopping) && !life.plan().unit.empty();
    stopping.afterwards = phase::AfterStop::rest;
    if (restarting) {
        // The job that ends the unit would also start it.
        out.add(action::Stop{.name = life.name(), .instance = stopping.instance});
    }
}

void stop(const event::Request& request, Lifecycle& life, ActionSink& out) {
    life.requests().wantStop({OperatorRequests::StopBy::healer, "stopped by request", out.now.at});
    life.announce(notice::Requested{request.verb}, out);
    if (life.isUnidentified()) {
        reply(request, unknownProcess(life), out);
        return;
    }
    life.requests().answerStarts(Error{"a stop was requested meanwhile", ErrorKind::busy}, out);
    life.requests().await(request);
    switch (life.kind()) {
    case PhaseKind::up:
        life.stop({.instance = Instance(life.in<phase::Up>()->instance)}, out);
        break;
    case PhaseKind::stopping:
        stayDown(life, out);
        break;
    case PhaseKind::launching:
        stopLaunching(life, out);
        break;
    case PhaseKind::waiting:
    case PhaseKind::deferred:
    case PhaseKind::open:
    case PhaseKind::resting:
        if (const auto unhealthy = life.health().unhealthyInstance()) {
            life.stop({.instance = *unhealthy}, out);
        } else {
            life.decide(out);
        }
        break;
    case PhaseKind::disabled:
    case PhaseKind::looking:
    case PhaseKind::checking:
        break;
    }
}

void pause(const event::Request& request, Lifecycle& life, ActionSink& out) {
    if (!life.requests().paused()) {
        life.requests().pause();
        life.announce(notice::Requested{request.verb}, out);
    }
    if (isAutomatic(life.kind()) && !life.requests().awaitsStart()) {
        (void)noteEndWithoutHeir(life, out);
        life.decide(out);
    }
    reply(request, pid_t{0}, out);
}

void resume(const event::Request& request, Lifecycle& life, ActionSink& out) {
    if (life.requests().paused()) {
        life.requests().resume();
        life.announce(notice::Requested{request.verb}, out);
        if (life.kind() == PhaseKind::resting) {
            life.decide(out);
        }
    }
    reply(request, pid_t{0}, out);
}

void resetBreaker(const event::Request& request, Lifecycle& life, ActionSink& out) {
    life.resetBreaker(out);
    if (life.kind() == PhaseKind::open) {
        life.decide(out);
    }
    reply(request, pid_t{0}, out);
}

/// It is not watched, so nothing runs as far as is known; what is asked counts for when it is.
void notWatched(const event::Request& request, Lifecycle& life, ActionSink& out) {
    if (!life.plan().enabled) {
        reply(request,
              Error{life.name() + " is disabled in the configuration (enabled: false)", ErrorKind::disabled},
              out);
        return;
    }
    switch (request.verb) {
    case Verb::start:
    case Verb::restart:
        life.requests().forgetStop();
        reply(request, Error{"cannot start " + life.name() + ": " + life.reason(), ErrorKind::recoveryFailed},
              out);
        return;
    case Verb::stop:
        life.requests().wantStop({OperatorRequests::StopBy::healer, "stopped by request"});
        life.announce(notice::Requested{request.verb}, out);
        reply(request, pid_t{0}, out);
        return;
    case Verb::pause:
        return pause(request, life, out);
    case Verb::resume:
        return resume(request, life, out);
    case Verb::resetBreaker:
        return resetBreaker(request, life, out);
    }
}

} // namespace

void react(const event::Request& request, Lifecycle& life, ActionSink& out) {
    if (life.kind() == PhaseKind::disabled) {
        notWatched(request, life, out);
        return;
    }
    const bool acts =
        request.verb == Verb::start || request.verb == Verb::restart || request.verb == Verb::stop;
    if (life.mode() == Mode::observe && acts) {
        reply(request, Error{"observe_only is set: Healer starts and stops nothing", ErrorKind::failed}, out);
        return;
    }
    switch (request.verb) {
    case Verb::start:
        return start(request, life, out);
    case Verb::restart:
        return restart(request, life, out);
    case Verb::stop:
        return stop(request, life, out);
    case Verb::pause:
        return pause(request, life, out);
    case Verb::resume:
        return resume(request, life, out);
    case Verb::resetBreaker:
        return resetBreaker(request, life, out);
    }
}

} // namespace healer::core
