// SPDX-License-Identifier: Apache-2.0
#include "monitor/probe/probe_monitor.hpp"

#include "core/duration_text.hpp"

#include <functional>
#include <utility>

namespace healer::monitor::probe {

ProbeMonitor::ProbeMonitor(ProbeContext shared, MonitorContext context, std::unique_ptr<Probe> probe)
    : shared_(shared), name_(context.process.name), state_(thresholdsOf(context)),
      events_(shared.loop, std::move(context.report)), probe_(std::move(probe)),
      timeout_(std::get<core::Duration>(context.plan.args.at("timeout_secs"))),
      stalledSeen_(shared.loop.stalled()), isUnit_(!context.process.unit.empty()) {}

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
    } else if (!patience_) {
        plan();
    }
}

void ProbeMonitor::hold(bool held) {
    held_ = held;
    if (held) {
        interrupt();
        shared_.throttle.clear(*this);
    } else if (!patience_ && !isAtRest()) {
        plan();
    }
}

void ProbeMonitor::follow(std::optional<core::Instance> key) {
    following_ = key.has_value();
    const bool another = state_.follow(key, shared_.loop.now());
    if (isAtRest()) {
        rest();
    } else if (another) {
        silent_ = false; // of the other instance nothing is known yet
        interrupt();
        plan();
    }
}

void ProbeMonitor::interrupt() {
    if (patience_) {
        patience_.reset();
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
    state_.begin();
    patience_.emplace(shared_.loop, timeout_, [this] { timeUp(); });
    probe_->begin([this](const Finding& finding) { finished(finding); });
}

void ProbeMonitor::timeUp() {
    const std::string said = probe_->expire();
    finished({Verdict::failed,
              "timed out after " + core::durationText(timeout_) + (said.empty() ? said : ": " + said)});
}

void ProbeMonitor::finished(const Finding& finding) {
    const bool again = repeats(finding);
    patience_.reset();
    const auto stalled = shared_.loop.stalled();
    state_.extendGrace(stalled - std::exchange(stalledSeen_, stalled));
    if (again) {
        state_.abandon();
        shared_.throttle.set(*this, shared_.loop.now());
        return;
    }
    report(state_.finish(finding.verdict, shared_.loop.now()), finding);
    plan();
}

bool ProbeMonitor::repeats(const Finding& finding) {
    // So that a machine that is starved all the time does not hide a failure.
    constexpr int kMost = 3;
    if (finding.verdict != Verdict::failed || !patience_->interrupted() || repeats_ == kMost) {
        repeats_ = 0;
        return false;
    }
    ++repeats_;
    return true;
}

void ProbeMonitor::report(const Reports& reports, const Finding& finding) {
    const bool passed = finding.verdict == Verdict::passed;
    const bool otherWarning = passed && state_.healthy() && warned_ == finding.reason.empty();
    const core::event::Healthy healthy{
        .name = name_, .probe = probe_->text(), .warning = passed ? finding.reason : std::string()};
    for (unsigned answer = 0; answer < reports.answers; ++answer) {
        if (passed) {
            events_.post(healthy);
        } else {
            events_.post(core::event::Absent{name_, probe_->text() + ": " + finding.reason});
        }
    }
    if (reports.healthy || (otherWarning && reports.answers == 0)) {
        events_.post(healthy);
    }
    if (passed && (reports.healthy || reports.answers > 0 || otherWarning)) {
        warned_ = !finding.reason.empty();
    }
    if (reports.unhealthy) {
        silent_ = false;
        events_.post(
            core::event::Unhealthy{.name = name_, .probe = probe_->text(), .reason = finding.reason});
    } else {
        noteUnknown(finding);
    }
}

void ProbeMonitor::noteUnknown(const Finding& finding) {
    const bool unknown = finding.verdict == Verdict::unknown;
    if (unknown && !std::exchange(silent_, true)) {
        events_.post(core::event::Inconclusive{name_});
    }
    silent_ = unknown;
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
