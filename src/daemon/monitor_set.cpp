// SPDX-License-Identifier: Apache-2.0
#include "daemon/monitor_set.hpp"

#include "core/health.hpp"

#include <utility>
#include <variant>

namespace healer::daemon {

MonitorSet::MonitorSet(const core::ProcessPlan& process, const MakeMonitor& make, monitor::Report report)
    : report_(std::move(report)), absence_(process.monitors.size()), isUnit_(!process.unit.empty()) {
    observesInstances_ = core::observesInstances(process);
    for (const auto& plan : process.monitors) {
        const std::size_t index = monitors_.size();
        probes_.push_back(plan.role == core::MonitorRole::probe);
        monitors_.push_back(make(plan, [this, index](core::Event event) { take(index, std::move(event)); }));
    }
}

void MonitorSet::addWitness(const std::function<std::unique_ptr<monitor::Monitor>(monitor::Report)>& make) {
    const std::size_t index = monitors_.size();
    witness_ = index;
    probes_.push_back(false);
    monitors_.push_back(make([this, index](core::Event event) { take(index, std::move(event)); }));
    absence_ = core::Absence(monitors_.size());
}

void MonitorSet::start(std::optional<core::Instance> known) {
    absence_.ask();
    absent_ = {};
    for (const auto& monitor : monitors_) {
        monitor->start(known);
    }
}

void MonitorSet::follow(std::optional<core::Instance> key) {
    for (std::size_t i = 0; i < monitors_.size(); ++i) {
        // What is known by its probe alone is no process that could be followed.
        const bool followable = probes_[i] || !key || core::pidOf(*key) != 0 || isUnit_;
        monitors_[i]->follow(followable ? key : std::nullopt);
    }
}

void MonitorSet::look(bool probesToo) {
    absence_.ask();
    absent_ = {};
    for (std::size_t i = 0; i < monitors_.size(); ++i) {
        if (probes_[i] && !probesToo) {
            noteAnswer(i);
        } else {
            monitors_[i]->look();
        }
    }
}

void MonitorSet::take(std::size_t index, core::Event event) {
    if (const auto* absent = std::get_if<core::event::Absent>(&event)) {
        // A doubt of one of them is the answer of all.
        const bool says = index != witness_ && !(probes_[index] && observesInstances_);
        if (says && !(absent_.doubtful && !absent->doubtful)) {
            absent_ = *absent;
        }
        noteAnswer(index);
        return;
    }
    if (const auto* job = std::get_if<core::event::JobUnderWay>(&event)) {
        for (const auto& monitor : monitors_) {
            monitor->hold(job->underWay);
        }
    }
    bool answersNothing = false;
    if (auto* healthy = std::get_if<core::event::Healthy>(&event)) {
        healthy->monitor = index;
        answersNothing = observesInstances_;
    } else if (auto* unhealthy = std::get_if<core::event::Unhealthy>(&event)) {
        unhealthy->monitor = index;
    } else if (auto* inconclusive = std::get_if<core::event::Inconclusive>(&event)) {
        inconclusive->monitor = index;
    }
    report_(std::move(event));
    if (answersNothing) {
        noteAnswer(index);
    }
}

/// That something answers a probe does not say that the instance runs: whatever answers first, the monitors
/// of instances decide, and the core has heard the probes before it hears that there is no instance.
void MonitorSet::noteAnswer(std::size_t index) {
    if (absence_.report(index)) {
        report_(std::exchange(absent_, {}));
    }
}

} // namespace healer::daemon
