// SPDX-License-Identifier: Apache-2.0
#include "core/trace.hpp"

#include "core/duration_text.hpp"

namespace healer::core {

namespace {

template <typename... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

std::string text(const Instance& instance) {
    const pid_t pid = pidOf(instance);
    return pid == 0 ? "an instance without a PID" : "PID " + std::to_string(pid);
}

std::string text(const std::optional<Instance>& instance) {
    return instance ? text(*instance) : "no instance";
}

std::string reason(const std::string& detail) {
    return detail.empty() ? "" : ": " + detail;
}

std::string numbered(const char* what, std::uint64_t number) {
    return what + (" " + std::to_string(number));
}

std::string in(const std::string& unit) {
    return unit.empty() ? "" : " in " + unit;
}

} // namespace

Trace traceOf(const Event& event) {
    const auto words = Overloaded{
        [](const event::Up& up) { return "a monitor sees " + text(up.instance); },
        [](const event::Absent& absent) { return "no instance is found" + reason(absent.detail); },
        [](const event::Down& down) { return text(down.instance) + " has ended: " + describe(down.exit); },
        [](const event::UnitAtRest& rest) {
            return (rest.startedSince ? "its unit was started elsewhere, and does not run"
                                      : std::string("its unit does not run")) +
                   (rest.end ? "; its last run " + describe(*rest.end) : "") + reason(rest.unit.leave) +
                   reason(rest.unit.obstacle);
        },
        [](const event::Healthy& healthy) {
            return numbered("passes: the probe of monitor", healthy.monitor + 1);
        },
        [](const event::Unhealthy& unhealthy) {
            return "fails: the probe " + unhealthy.probe + reason(unhealthy.reason);
        },
        [](const event::Inconclusive& inconclusive) {
            return numbered("says nothing: the probe of monitor", inconclusive.monitor + 1);
        },
        [](const event::LaunchFinished& finished) {
            const std::string which = numbered("start", finished.attempt);
            return finished.outcome.ok() ? which + " has started " + text(*finished.outcome)
                                         : which + " has failed: " + finished.outcome.error().message;
        },
        [](const event::StoppedOnPurpose& stopped) {
            return "was stopped on purpose" + reason(stopped.detail);
        },
        [](const event::StartedOnPurpose& /*started*/) {
            return std::string("was started through the service manager");
        },
        [](const event::StopFailed& failed) { return "cannot be stopped" + reason(failed.detail); },
        [](const event::StopUnderWay& stop) {
            return stop.underWay ? std::string("what belongs to it is being stopped")
                                 : std::string("all that belongs to it has ended");
        },
        [](const event::JobUnderWay& job) {
            return std::string(job.underWay ? "a job of its unit is under way"
                                            : "no job of its unit is left");
        },
        [](const event::UnitSettings& settings) {
            return "its unit file was read" +
                   (settings.restart.empty() ? "" : ": Restart=" + settings.restart);
        },
        [](const event::Request& request) {
            return "an operator requests " + std::string(toString(request.verb));
        },
    };
    return {std::visit([](const auto& what) { return what.name; }, event), std::visit(words, event)};
}

std::optional<Trace> traceOf(const Action& action) {
    using Words = std::optional<Trace>;
    const auto words = Overloaded{
        [](const action::Watch& watch) -> Words {
            return Trace{watch.name, "is watched; known before: " + text(watch.known)};
        },
        [](const action::Unwatch& unwatch) -> Words {
            return Trace{unwatch.name, "is no longer watched"};
        },
        [](const action::Track& track) -> Words {
            return Trace{track.name, "the monitors follow " + text(track.instance)};
        },
        [](const action::Look& look) -> Words {
            return Trace{look.name, look.probesToo ? "the monitors look for an instance"
                                                   : "its unit is looked at, as a probe has failed"};
        },
        [](const action::Launch& launch) -> Words {
            return Trace{launch.name,
                         numbered("start", launch.attempt) + " is ordered by " + launch.launcher +
                             in(launch.unit) +
                             (launch.predecessor ? ", after the end of " + text(*launch.predecessor) : "")};
        },
        [](const action::CancelLaunch& cancel) -> Words {
            return Trace{cancel.name, numbered("start", cancel.attempt) +
                                          (cancel.leave ? " is withdrawn, and left alone" : " is withdrawn")};
        },
        [](const action::Stop& stop) -> Words {
            return Trace{stop.name, text(stop.instance) + " is ended by " +
                                        (stop.force ? std::string("SIGKILL")
                                                    : signalName(stop.plan.signal) + ", within " +
                                                          durationText(stop.plan.timeout)) +
                                        in(stop.unit)};
        },
        [](const action::Reply&) -> Words { return std::nullopt; },
        [](const action::Changed&) -> Words { return std::nullopt; },
        [](const action::Announce&) -> Words { return std::nullopt; },
    };
    return std::visit(words, action);
}

Trace traceOf(const ProcessView& view) {
    return {view.name, "is " + std::string(toString(view.state)) + reason(view.stateReason)};
}

} // namespace healer::core
