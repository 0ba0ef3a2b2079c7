// SPDX-License-Identifier: Apache-2.0
#include "monitor/probe/probe_monitor.hpp"

#include <functional>
#include <utility>

namespace healer::monitor::probe {

ProbeMonitor::ProbeMonitor(ProbeContext shared, MonitorContext context, std::unique_ptr<Probe> probe)
    : shared_(shared), name_(context.process.name), state_(thresholdsOf(context)),
      events_(shared.loop, std::move(context.report)), probe_(std::move(probe)),
      isUnit_(!context.process.unit.empty()) {}

ProbeMonitor::~ProbeMonitor() {
    shared_.throttle.clear(*this);
}

void ProbeMonitor::start(std::optional<core::Instance> /*known*/) {
    look();
}

void ProbeMonitor::look() {
    state_.ask();
    if (isAtRest()) {
        rest();
    } else if (!underWay_) {
        plan();
    }
}

void ProbeMonitor::hold(bool held) {
    held_ = held;
    if (held) {
        interrupt();
        shared_.throttle.clear(*this);
    } else if (!underWay_ && !isAtRest()) {
        plan();
    }
}

void ProbeMonitor::follow(std::optional<core::Instance> key) {
    following_ = key.has_value();
    const bool another = state_.follow(key, shared_.loop.now());
    if (isAtRest()) {
        rest();
    } else if (another) {
        interrupt();
        plan();
    }
}

void ProbeMonitor::interrupt() {
    if (std::exchange(underWay_, false)) {
        probe_->cancel();
        state_.abandon();
    }
}

void ProbeMonitor::rest() {
    interrupt();
    shared_.throttle.clear(*this);
    for (unsigned question = state_.dropQuestions(); question > 0; --question) {
        events_.post(core::event::Absent{name_, "its unit does not run, so it is not probed"});
    }
}

void ProbeMonitor::plan() {
    if (held_) {
        return;
    }
    shared_.throttle.set(*this, state_.next(shared_.loop.now()));
}

void ProbeMonitor::turn() {
    underWay_ = true;
    state_.begin();
    probe_->begin([this](Finding finding) { finished(std::move(finding)); });
}

void ProbeMonitor::finished(Finding finding) {
    underWay_ = false;
    const auto reports = state_.finish(finding.verdict, shared_.loop.now());
    for (unsigned answer = 0; answer < reports.answers; ++answer) {
        if (finding.verdict == Verdict::passed) {
            events_.post(core::event::Healthy{name_});
        } else {
            events_.post(core::event::Absent{name_, probe_->text() + ": " + finding.reason});
        }
    }
    if (reports.healthy) {
        events_.post(core::event::Healthy{name_});
    }
    if (reports.unhealthy) {
        events_.post(core::event::Unhealthy{
            .name = name_, .probe = probe_->text(), .reason = std::move(finding.reason)});
    } else {
        noteUnknown(finding);
    }
    plan();
}

void ProbeMonitor::noteUnknown(const Finding& finding) {
    const bool unknown = finding.verdict == Verdict::unknown;
    if (unknown && !unknownReported_) {
        shared_.log.report(core::notice::ProbeImpossible{name_, std::string(probe_->text()), finding.reason});
    }
    unknownReported_ = unknown;
}

Thresholds thresholdsOf(const MonitorContext& context) {
    const auto& args = context.plan.args;
    const auto grace = args.find("start_grace_secs");
    return Thresholds{
        .interval = std::get<core::Duration>(args.at("interval_secs")),
        .grace = grace == args.end() ? context.process.startTimeout : std::get<core::Duration>(grace->second),
        .failures = std::get<std::int64_t>(args.at("failure_threshold")),
        .successes = std::get<std::int64_t>(args.at("success_threshold")),
        .seed = std::hash<std::string>{}(context.process.name),
    };
}

} // namespace healer::monitor::probe
