// SPDX-License-Identifier: Apache-2.0
// The sentence and the fields of each notice.
#include "core/duration_text.hpp"
#include "core/event_catalog.hpp"

namespace healer::core {

namespace {

using Field = EventField;
using Fields = std::vector<std::pair<EventField, FieldValue>>;

std::string pidText(pid_t pid) {
    return pid == 0 ? std::string() : " (PID " + std::to_string(pid) + ")";
}

/// The fields of an instance; a PID that is not known has none.
Fields with(pid_t pid, Fields fields) {
    if (pid != 0) {
        fields.emplace_back(Field::pid, static_cast<std::uint32_t>(pid));
    }
    return fields;
}

std::string_view word(notice::Cause cause) {
    switch (cause) {
    case notice::Cause::initial:
        return "initial";
    case notice::Cause::failure:
        return "failure";
    case notice::Cause::trial:
        return "trial";
    case notice::Cause::request:
        return "request";
    case notice::Cause::dependency:
        return "dependency";
    case notice::Cause::unknown:
        break;
    }
    return "unknown";
}

/// One operator for each notice.
struct Renderer {
    std::string process; ///< "process NAME" within a sentence
    std::string subject; ///< "Process NAME" at its beginning

    RenderedEvent operator()(const notice::ProcessDown& down) const {
        return {EventKind::processDown, subject + pidText(down.pid) + " is down: " + down.reason,
                with(down.pid,
                     {{Field::reason, down.reason}, {Field::exit, std::string(toString(down.exit.reason))}})};
    }

    RenderedEvent operator()(const notice::Disconnected& disconnected) const {
        return {EventKind::disconnected,
                subject + " is disconnected from " + disconnected.url + ": " + disconnected.reason,
                {{Field::reason, disconnected.reason}, {Field::url, disconnected.url}}};
    }

    RenderedEvent operator()(const notice::RecoveryStarted& started) const {
        return {EventKind::recoveryStarted,
                sentence(started),
                {{Field::attempt, started.attempt}, {Field::cause, std::string(word(started.cause))}}};
    }

    RenderedEvent operator()(const notice::RecoveryFinished& finished) const {
        Fields fields{{Field::ok, finished.ok},
                      {Field::durationUsec, static_cast<std::uint64_t>(finished.took.count())}};
        if (!finished.ok) {
            fields.emplace_back(Field::reason, finished.error);
            fields.emplace_back(Field::error, finished.error);
            return {EventKind::recoveryFailed, "Failed to start " + process + ": " + finished.error, fields};
        }
        const bool restart = finished.cause == notice::Cause::failure ||
                             finished.cause == notice::Cause::trial ||
                             finished.cause == notice::Cause::dependency;
        return {EventKind::recoverySucceeded,
                (restart ? "Successfully restarted " : "Successfully started ") + process +
                    pidText(finished.pid) + " in " + durationText(finished.took),
                with(finished.pid, std::move(fields))};
    }

    RenderedEvent operator()(const notice::BreakerChanged& changed) const {
        EventKind kind = EventKind::breakerClosed;
        switch (changed.to) {
        case BreakerState::open:
            kind = EventKind::breakerOpened;
            break;
        case BreakerState::halfOpen:
            kind = EventKind::breakerHalfOpened;
            break;
        case BreakerState::closed:
            break;
        }
        return {kind,
                "Circuit breaker is " + std::string(toString(changed.to)) + " for " + process +
                    (changed.reason.empty() ? "" : ": " + changed.reason),
                {{Field::reason, changed.reason},
                 {Field::from, std::string(toString(changed.from))},
                 {Field::to, std::string(toString(changed.to))}}};
    }

    RenderedEvent operator()(const notice::Adopted& adopted) const {
        return {EventKind::adopted, "Found " + process + " running" + pidText(adopted.pid),
                with(adopted.pid, {})};
    }

    RenderedEvent operator()(const notice::WouldStart& /*nothing*/) const {
        return {EventKind::wouldStart, "observe_only is set: " + process + " would be started now"};
    }

    RenderedEvent operator()(const notice::StopTimedOut& late) const {
        return {EventKind::stopTimedOut,
                subject + pidText(late.pid) + " did not stop within " + durationText(late.after) + " of " +
                    signalName(late.signal) + ": sending SIGKILL",
                with(late.pid, {{Field::signal, std::int32_t{late.signal}}})};
    }

    RenderedEvent operator()(const notice::Blocked& blocked) const {
        return {blocked.kind == notice::BlockedKind::held ? EventKind::heldByDependency
                                                          : EventKind::waitsForDependency,
                subject + " " + blocked.reason,
                {{Field::reason, blocked.reason}}};
    }

    RenderedEvent operator()(const notice::Doubted& doubted) const {
        return {EventKind::heldByDoubt, subject + " is not started: " + doubted.reason,
                with(doubted.pid, {{Field::reason, doubted.reason}})};
    }

    RenderedEvent operator()(const notice::Degraded& /*nothing*/) const {
        return {EventKind::degraded, subject + " is started without one of its dependencies: it is degraded"};
    }

    RenderedEvent operator()(const notice::DegradedEnded& /*nothing*/) const {
        return {EventKind::degradedEnded,
                subject + " is no longer degraded: all its dependencies are healthy"};
    }

    RenderedEvent operator()(const notice::RestartPropagated& /*nothing*/) const {
        return {EventKind::restartPropagated,
                "Stopping " + process + " to restart it, because a dependency was restarted"};
    }

    RenderedEvent operator()(const notice::InstanceEnded& ended) const {
        const std::string how = describe(ended.exit);
        Fields fields =
            with(ended.pid, {{Field::reason, how}, {Field::exit, std::string(toString(ended.exit.reason))}});
        const std::string pid = pidText(ended.pid);
        switch (ended.kind) {
        case notice::EndedKind::requested:
            return {EventKind::instanceEnded, subject + pid + " has ended as requested: " + how, fields};
        case notice::EndedKind::restarting:
            return {EventKind::instanceEnded, subject + pid + " has ended for its restart: " + how, fields};
        case notice::EndedKind::inPeace:
            return {EventKind::instanceEnded, subject + pid + " has ended by itself, as its unit may: " + how,
                    fields};
        case notice::EndedKind::unhealthy:
            break;
        }
        return {EventKind::instanceEnded, "The unhealthy instance of " + process + pid + " has ended: " + how,
                fields};
    }

    RenderedEvent operator()(const notice::SecondCopy& copy) const {
        return {EventKind::secondCopy,
                "Ending a second copy of " + process + pidText(copy.pid) +
                    ", which a withdrawn start brought up",
                with(copy.pid, {})};
    }

    RenderedEvent operator()(const notice::StopFailed& failed) const {
        return {EventKind::stopFailed,
                "Cannot stop " + process + ": " + failed.detail,
                {{Field::reason, failed.detail}}};
    }

    RenderedEvent operator()(const notice::HealthyAgain& /*nothing*/) const {
        return {EventKind::healthyAgain, subject + " is healthy again without a restart"};
    }

    RenderedEvent operator()(const notice::Unidentified& /*nothing*/) const {
        return {EventKind::unidentified,
                "A probe of " + process + " passes, but which process answers is not known"};
    }

    RenderedEvent operator()(const notice::ProbeWarning& warning) const {
        return {EventKind::probeWarning,
                "The probe " + warning.probe + " of " + process + " passes with a warning: " + warning.text,
                {{Field::reason, warning.text}, {Field::url, warning.probe}}};
    }

    RenderedEvent operator()(const notice::ProbeNeverPassed& never) const {
        const bool left = never.then == notice::NeverPassed::leftRunning;
        return {EventKind::probeNeverPassed,
                "The probe " + never.probe + " of " + process + " has never passed (" + never.reason + "): " +
                    (left ? "a restart has not helped, so the process is left running; check the probe"
                          : "the process is restarted once"),
                {{Field::reason, never.reason}, {Field::url, never.probe}}};
    }

    RenderedEvent operator()(const notice::Requested& request) const {
        const std::string verb(toString(request.verb));
        return {EventKind::requested, "Operator request: " + verb + " " + process, {{Field::verb, verb}}};
    }

    RenderedEvent operator()(const notice::DependencyOmitted& omitted) const {
        return {EventKind::dependencyOmitted, subject + " " + omitted.text, {{Field::reason, omitted.text}}};
    }

    RenderedEvent operator()(const notice::FollowsUnit& follows) const {
        return {EventKind::followsUnit,
                subject + pidText(follows.pid) + " belongs to " + follows.unit +
                    ", so it is recovered through that unit; write unit: " + follows.unit +
                    " in place of command",
                with(follows.pid, {{Field::unit, follows.unit}})};
    }

private:
    [[nodiscard]] std::string sentence(const notice::RecoveryStarted& started) const {
        switch (started.cause) {
        case notice::Cause::initial:
            return "Starting " + process + ", which is not running";
        case notice::Cause::failure:
            return "Restarting " + process + " (attempt " + std::to_string(started.attempt) + ")";
        case notice::Cause::trial:
            return "Restarting " + process + " as a trial after the cooldown";
        case notice::Cause::dependency:
            return "Restarting " + process + " because a dependency was restarted";
        case notice::Cause::request:
            return "Starting " + process + " by operator request";
        case notice::Cause::unknown:
            break;
        }
        return "Starting " + process + " (attempt " + std::to_string(started.attempt) + ")";
    }
};

} // namespace

RenderedEvent render(std::string_view process, const Notice& notice) {
    const std::string name(process);
    RenderedEvent event = std::visit(Renderer{"process " + name, "Process " + name}, notice);
    event.process = name;
    return event;
}

} // namespace healer::core
