// SPDX-License-Identifier: Apache-2.0
#include "core/outcomes.hpp"
#include "core/reactions.hpp"

namespace healer::core {

namespace {

/// The probes pass, although it is not up as far as is known.
void foundHealthy(Lifecycle& life, ActionSink& out) {
    if (const auto unhealthy = life.health().unhealthyInstance()) {
        if (!life.requests().stopWanted()) {
            life.announce(notice::HealthyAgain{}, out);
            life.enterUp(*unhealthy, out);
        }
        return;
    }
    // What answers may be an unrelated process on the same port, so it counts only where no process is known
    // that the instance would have to be.
    const Record& record = life.record();
    const bool asked = life.kind() == PhaseKind::looking || life.kind() == PhaseKind::checking;
    const bool processKnown =
        record.predecessor || (record.restored && !isUnidentified(record.restored->instance));
    if (asked && !processKnown && !life.requests().stopWanted() && life.plan().unit.empty()) {
        life.announce(notice::Unidentified{}, out);
        life.enterUp(record.restored ? record.restored->instance : out.nextUnidentified(), out);
    }
}

/// A unit whose own settings say how long its start may take has that time, unless the probe has a grace of
/// its own.
bool hasTime(const event::Unhealthy& unhealthy, const Lifecycle& life, const ActionSink& out) {
    const ProcessPlan& plan = life.plan();
    const auto* launching = life.in<phase::Launching>();
    return launching != nullptr && !plan.unit.empty() && !plan.startTimeoutGiven &&
           unhealthy.monitor < plan.monitors.size() &&
           !plan.monitors[unhealthy.monitor].args.contains("start_grace_secs") &&
           out.now.at < launching->deadline;
}

} // namespace

void react(const event::Healthy& healthy, Lifecycle& life, ActionSink& out) {
    life.health().passed(healthy.monitor);
    if (!life.health().allPass(life.plan())) {
        return;
    }
    life.unit().forgetFailure();
    switch (life.kind()) {
    case PhaseKind::launching:
        confirmStart(life, out);
        return;
    case PhaseKind::looking:
    case PhaseKind::checking:
    case PhaseKind::waiting:
    case PhaseKind::deferred:
    case PhaseKind::open:
    case PhaseKind::resting:
        foundHealthy(life, out);
        return;
    case PhaseKind::up:
    case PhaseKind::disabled:
    case PhaseKind::stopping:
        return;
    }
}

void react(const event::Unhealthy& unhealthy, Lifecycle& life, ActionSink& out) {
    life.health().failed(unhealthy.monitor);
    if (life.unit().holdsBack(unhealthy) || hasTime(unhealthy, life, out)) {
        return;
    }
    Exit exit;
    exit.reason = ExitReason::probeFailed;
    exit.probe = unhealthy.probe;
    exit.detail = unhealthy.reason;
    Record& record = life.record();
    if (const auto* launching = life.in<phase::Launching>(); launching != nullptr && launching->launched) {
        record.lastExit = LastExit{exit, pidOf(*launching->launched), out.now, std::nullopt};
        life.stop({.instance = *launching->launched,
                   .afterwards = phase::AfterStop::startFailed,
                   .cause = launching->cause,
                   .failure = describe(exit) + " while it was starting"},
                  out);
    } else if (const auto* up = life.in<phase::Up>()) {
        const Instance instance = up->instance;
        noteEnd(life, instance, exit, out);
        record.predecessor.reset();
        // A unit is ended by its own restart; of what has no known process nothing can be ended.
        if (isUnidentified(instance)) {
            life.track(std::nullopt, out);
        } else {
            life.health().setUnhealthy(instance);
        }
        life.decide(out);
    }
}

} // namespace healer::core
