// SPDX-License-Identifier: Apache-2.0
#include "core/outcomes.hpp"
#include "core/reactions.hpp"
#include "core/shown_url.hpp"

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
    // Whether something runs is for the monitors of instances to say: what answers may be another program on
    // the same port. It counts only where its process has not been known before either.
    const Record& record = life.record();
    const bool asked = life.kind() == PhaseKind::looking || life.kind() == PhaseKind::checking;
    const bool restored = record.restored && isUnidentified(record.restored->instance);
    const bool byProbesAlone = restored || record.wasUnidentified || !observesInstances(life.plan());
    const bool processKnown = record.predecessor || (record.restored && !restored);
    if (asked && byProbesAlone && !processKnown && !life.requests().stopWanted() &&
        life.plan().unit.empty()) {
        life.announce(notice::Unidentified{}, out);
        life.enterUp(restored ? record.restored->instance : out.nextUnidentified(), out);
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

/// What the administrator is to know of a probe that passes.
void takeRemark(const event::Healthy& healthy, Lifecycle& life, ActionSink& out) {
    const std::string remark =
        healthy.warning.empty() ? std::string() : "probe " + healthy.probe + " warns: " + healthy.warning;
    if (life.health().remark(healthy.monitor, remark)) {
        life.announce(notice::ProbeWarning{healthy.probe, healthy.warning}, out);
    }
    life.refreshReason();
}

void setAside(std::size_t monitor, const std::string& probe, const std::string& why, Lifecycle& life,
              ActionSink& out) {
    life.health().trust().set(monitor, Trust::setAside);
    life.health().remark(monitor, "the probe " + probe + " has never passed: " + why);
    life.announce(notice::ProbeNeverPassed{probe, why, notice::NeverPassed::leftRunning}, out);
    life.refreshReason();
}

/// Whether this failure is acted upon. A probe that has never passed may itself be mistaken: one restart is
/// made for its sake, and then what runs is left running, rather than taking a working service away.
bool counts(const event::Unhealthy& failure, Lifecycle& life, ActionSink& out) {
    ProbeTrust& trust = life.health().trust();
    switch (trust.of(failure.monitor)) {
    case Trust::proven:
        return true;
    case Trust::unproven:
        trust.retry();
        life.announce(notice::ProbeNeverPassed{failure.probe, failure.reason, notice::NeverPassed::restarted},
                      out);
        return true;
    case Trust::retried:
        setAside(failure.monitor, failure.probe, failure.reason, life, out);
        return false;
    case Trust::setAside:
        return false;
    }
    return true;
}

/// How a message names a probe that has not reported anything.
std::string probeName(const MonitorPlan& probe) {
    for (const char* key : {"target_url", "command"}) {
        const auto arg = probe.args.find(key);
        const auto* text = arg == probe.args.end() ? nullptr : std::get_if<std::string>(&arg->second);
        if (text != nullptr) {
            return shownUrl(*text);
        }
    }
    return probe.type;
}

} // namespace

void react(const event::Healthy& healthy, Lifecycle& life, ActionSink& out) {
    life.health().passed(healthy.monitor);
    if (ProbeTrust& trust = life.health().trust(); trust.of(healthy.monitor) != Trust::proven) {
        trust.set(healthy.monitor, Trust::proven);
        out.add(action::Changed{life.name()}); // to be kept for the next Healer
    }
    takeRemark(healthy, life, out);
    if (life.health().holdsStart(life.plan())) {
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
    if (life.kind() == PhaseKind::up && !life.plan().unit.empty()) {
        // systemd may be stopping or restarting the unit, and have reported nothing yet.
        life.unit().suspect(unhealthy);
        out.add(action::Look{.name = life.name(), .probesToo = false});
        return;
    }
    actOnFailure(unhealthy, life, out);
}

void actOnFailure(const event::Unhealthy& unhealthy, Lifecycle& life, ActionSink& out) {
    Exit exit;
    exit.reason = ExitReason::probeFailed;
    exit.probe = unhealthy.probe;
    exit.detail = unhealthy.reason;
    Record& record = life.record();
    if (const auto* launching = life.in<phase::Launching>(); launching != nullptr && launching->launched) {
        if (!counts(unhealthy, life, out)) {
            confirmStart(life, out);
            return;
        }
        record.lastExit = LastExit{exit, pidOf(*launching->launched), out.now, std::nullopt};
        life.stop({.instance = *launching->launched,
                   .afterwards = phase::AfterStop::startFailed,
                   .cause = launching->cause,
                   .failure = describe(exit) + " while it was starting"},
                  out);
    } else if (const auto* up = life.in<phase::Up>(); up != nullptr && counts(unhealthy, life, out)) {
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

void react(const event::Inconclusive& inconclusive, Lifecycle& life, ActionSink& /*out*/) {
    life.health().saidNothing(inconclusive.monitor);
}

bool completesUnproven(Lifecycle& life, ActionSink& out) {
    const auto& launching = *life.in<phase::Launching>();
    const ProcessPlan& plan = life.plan();
    if (!launching.launched || !(launching.seen || !monitorNamesInstance(plan))) {
        return false;
    }
    const Instance instance = *launching.launched;
    const std::string why = "it did not pass within start_timeout_secs";
    const auto failing = life.health().failing(plan);
    ProbeTrust& trust = life.health().trust();
    for (const std::size_t monitor : failing) {
        if (trust.of(monitor) == Trust::proven) {
            return false;
        }
    }
    for (const std::size_t monitor : failing) {
        if (trust.of(monitor) == Trust::unproven) {
            trust.retry();
            life.announce(notice::ProbeNeverPassed{probeName(plan.monitors[monitor]), why,
                                                   notice::NeverPassed::restarted},
                          out);
            return false;
        }
    }
    for (const std::size_t monitor : failing) {
        if (trust.of(monitor) == Trust::retried) {
            setAside(monitor, probeName(plan.monitors[monitor]), why, life, out);
        }
    }
    completeStart(life, instance, out);
    return true;
}

} // namespace healer::core
