// SPDX-License-Identifier: Apache-2.0
#include "core/outcomes.hpp"

#include "core/restart_policy.hpp"

#include <utility>

namespace healer::core {

namespace {

/// Since the process was known to be down, or its start was requested.
Duration timeSinceDown(const Lifecycle& life, const ActionSink& out) {
    return out.now.at - life.record().downSince.value_or(out.now.at);
}

/// systemd reports a unit of Type=simple as started before it has executed the program. The statuses of
/// systemd.exec(5) say that this could not be done: no crash, but a start that has failed.
bool neverRan(const Lifecycle& life, const Exit& exit) {
    constexpr int kFirst = 200;
    constexpr int kLast = 243;
    return !life.plan().unit.empty() && exit.reason == ExitReason::exited && exit.code >= kFirst &&
           exit.code <= kLast;
}

/// Counts failed starts: see pauseAfterFailedStarts().
void noteLife(Lifecycle& life, const Exit& exit, const ActionSink& out) {
    constexpr Duration kMoment = std::chrono::seconds(1);
    Record& record = life.record();
    const bool lasted = record.activeSince && out.now.at >= record.activeSince->at + kMoment;
    if (lasted) {
        record.failedStarts = 0;
        record.startFault.clear();
    } else if (neverRan(life, exit)) {
        ++record.failedStarts;
        record.startFault = describe(exit) + " (the program could not be executed, see systemd.exec(5))";
        if (isMissingForNow(*exit.code)) {
            life.uncountStart();
        }
    }
}

/// A start on request, of what has ended right after it.
void answerStartThatEnded(Lifecycle& life, const Instance& instance, const Exit& exit, ActionSink& out) {
    const bool isItsWay = life.unit().endedWell() || whyNotRestarted(life.plan().recovery, exit);
    if (isItsWay) {
        life.requests().answerStarts(pidOf(instance), out);
    } else {
        life.requests().answerStarts(
            Error{life.name() + " ended right after its start: " + describe(exit), ErrorKind::recoveryFailed},
            out);
    }
}

} // namespace

void confirmStart(Lifecycle& life, ActionSink& out) {
    const auto& launching = *life.in<phase::Launching>();
    const auto launched = launching.launched;
    const bool namesInstance = monitorNamesInstance(life.plan());
    if (life.health().holdsStart(life.plan())) {
        if (launched) {
            life.setReason("started as PID " + std::to_string(pidOf(*launched)) +
                           ", its probes do not pass yet");
            life.track(launched, out);
        }
    } else if (launched && (launching.seen || !namesInstance)) {
        completeStart(life, *launched, out);
    } else if (!launched && launching.answered && !namesInstance) {
        // It has put itself into the background, and what is there now works.
        completeStart(life, out.nextUnidentified(), out);
    }
}

void putIntoBackground(Lifecycle& life, const Instance& started, ActionSink& out) {
    auto& launching = *life.in<phase::Launching>();
    life.record().predecessor = started;
    launching.launched.reset();
    launching.seen = false;
    life.setReason("has put itself into the background, not confirmed yet");
    life.track(std::nullopt, out);
    // A fork shows in no other way to a monitor that waits for programs to be executed.
    out.add(action::Look{life.name()});
}

void completeStart(Lifecycle& life, const Instance& instance, ActionSink& out) {
    constexpr bool kLeave = true;
    life.withdrawLaunch(out, kLeave);
    const auto cause = life.in<phase::Launching>()->cause;
    if (cause != notice::Cause::initial && cause != notice::Cause::request) {
        ++life.record().restartCount;
    }
    life.announce(notice::RecoveryFinished{.cause = cause,
                                           .ok = true,
                                           .pid = pidOf(instance),
                                           .error = {},
                                           .took = timeSinceDown(life, out)},
                  out);
    life.enterUp(instance, out);
}

void wantStarted(Lifecycle& life, ActionSink& out) {
    life.requests().forgetStop();
    life.resetBreaker(out);
    life.requests().answer(event::Verb::stop, Error{"a start was requested meanwhile", ErrorKind::busy}, out);
}

Error endedWhileStarting(const Lifecycle& life, const Exit& exit) {
    const bool impeded = neverRan(life, exit) && isMissingForNow(*exit.code);
    return {describe(exit) + " while it was starting", impeded ? ErrorKind::impeded : ErrorKind::failed};
}

void failStart(Lifecycle& life, const Error& error, ActionSink& out) {
    const std::string& why = error.message;
    const auto* launching = life.in<phase::Launching>();
    const auto cause = launching != nullptr ? launching->cause : life.in<phase::Stopping>()->cause;
    if (launching != nullptr && launching->launched) {
        life.record().predecessor = launching->launched;
    }
    if (error.kind == ErrorKind::impeded && notice::isAutomatic(cause)) {
        life.uncountStart();
    }
    ++life.record().failedStarts;
    life.record().startFault = why;
    life.record().endedWith.reset();
    life.announce(notice::RecoveryFinished{.cause = cause, .error = why, .took = timeSinceDown(life, out)},
                  out);
    life.requests().answerStarts(Error{"cannot start " + life.name() + ": " + why, ErrorKind::recoveryFailed},
                                 out);
    life.track(std::nullopt, out);
    life.decide(out);
}

void noteEnd(Lifecycle& life, const Instance& instance, const Exit& exit, ActionSink& out) {
    using phase::AfterStop;
    const auto* stopping = life.in<phase::Stopping>();
    Record& record = life.record();
    record.predecessor = instance;
    noteLife(life, exit, out);
    if (stopping == nullptr && life.requests().settlesAt()) {
        answerStartThatEnded(life, instance, exit, out);
    }
    if (stopping != nullptr && stopping->afterwards == AfterStop::relaunch && !life.requests().stopWanted()) {
        life.announce(notice::InstanceEnded{pidOf(instance), exit, notice::EndedKind::restarting}, out);
        return;
    }
    LastExit last{exit, pidOf(instance), out.now, std::nullopt};
    const auto& began = record.startedAt ? record.startedAt : record.activeSince;
    if (began && out.now.at >= began->at) {
        last.runtime = out.now.at - began->at;
    }
    record.lastExit = std::move(last);
    record.ranSince = record.activeSince ? std::optional(record.activeSince->at) : std::nullopt;
    record.activeSince.reset();
    record.startedAt.reset();
    record.downSince = out.now.at;
    const bool requested = stopping != nullptr && stopping->afterwards != AfterStop::startFailed;
    if (requested || life.requests().stopWanted()) {
        life.announce(notice::InstanceEnded{pidOf(instance), exit, notice::EndedKind::requested}, out);
        return;
    }
    record.endedWith = exit;
    if (stopping == nullptr && life.unit().endedInPeace()) {
        life.announce(notice::InstanceEnded{pidOf(instance), exit, notice::EndedKind::inPeace}, out);
    } else if (stopping == nullptr) {
        beginIncident(life, pidOf(instance), exit, out);
    }
}

void lookForHeir(Lifecycle& life, const Instance& instance, const Exit& exit, ActionSink& out) {
    life.record().predecessor = instance;
    life.record().ending = Record::Ending{instance, exit, out.now};
    life.track(std::nullopt, out);
    life.check(notice::Cause::failure, out);
    life.setReason(describe(exit) + "; looking for the process that it may have handed over to");
}

bool noteEndWithoutHeir(Lifecycle& life, ActionSink& out) {
    const auto ending = std::exchange(life.record().ending, std::nullopt);
    if (ending) {
        noteEnd(life, ending->instance, ending->exit, out);
    }
    return static_cast<bool>(ending);
}

void beginIncident(Lifecycle& life, pid_t pid, const Exit& exit, ActionSink& out) {
    life.record().incident = out.nextIncident();
    for (auto& lost : lostConnections(life.plan(), exit)) {
        life.announce(std::move(lost), out);
    }
    life.announce(notice::ProcessDown{pid, exit, describe(exit)}, out);
}

void followEnd(Lifecycle& life, ActionSink& out) {
    life.track(std::nullopt, out);
    const auto* current = life.in<phase::Stopping>();
    const auto stopping = current != nullptr ? *current : phase::Stopping{.instance = ProcessKey{}};
    switch (stopping.afterwards) {
    case phase::AfterStop::rest:
        life.decide(out);
        break;
    case phase::AfterStop::launch:
        if (life.plan().unit.empty()) {
            life.check(notice::Cause::request, out);
        } else {
            life.relaunch(notice::Cause::request, out); // what systemd has started, the launcher finds
        }
        break;
    case phase::AfterStop::relaunch:
        life.relaunch(stopping.cause, out);
        break;
    case phase::AfterStop::startFailed:
        failStart(life, Error{stopping.failure}, out);
        break;
    }
}

bool resumeStop(Lifecycle& life, const Instance& instance, ActionSink& out) {
    const Record& record = life.record();
    const bool stopped = life.requests().stopWanted();
    const bool again = record.recovering && !life.requests().paused();
    if (!record.restored || record.restored->instance != instance || !record.restored->stopping ||
        life.mode() != Mode::act || !(stopped || again)) {
        return false;
    }
    phase::Stopping stopping{.instance = instance, .resumed = true};
    if (!stopped) {
        stopping.afterwards = phase::AfterStop::relaunch;
        stopping.cause = notice::Cause::failure;
    }
    life.record().restored.reset();
    life.stop(std::move(stopping), out);
    return true;
}

} // namespace healer::core
