// SPDX-License-Identifier: Apache-2.0
// Subject: what follows from the reports of probes.
#include "core/subject.hpp"

#include <algorithm>
#include <utility>

namespace healer::core {

void Subject::on(const event::Healthy& healthy, Moment now, Outbox& out) {
    if (std::find(healthy_.begin(), healthy_.end(), healthy.monitor) == healthy_.end()) {
        healthy_.push_back(healthy.monitor);
    }
    if (!allHealthy()) {
        return;
    }
    forgetHeldBack();
    switch (phase_) {
    case Phase::launching:
        confirm(now, out);
        return;
    case Phase::looking:
    case Phase::checking:
    case Phase::waiting:
    case Phase::deferred:
    case Phase::open:
    case Phase::resting:
        healthyAgain(now, out);
        return;
    case Phase::up:
    case Phase::off:
    case Phase::stopping:
        return;
    }
}

/// The probes pass, although it is not up as far as is known.
void Subject::healthyAgain(Moment now, Outbox& out) {
    if (sick_) {
        if (!stopWanted_) {
            announce(notice::HealthyAgain{}, out);
            enterUp(*sick_, now, out);
        }
        return;
    }
    // Whatever answers may be a stranger on the same port, so it counts only where no process is known that
    // the instance would have to be.
    const bool asked = phase_ == Phase::looking || phase_ == Phase::checking;
    if (asked && !predecessor_ && !known_ && !stopWanted_ && plan_->unit.empty()) {
        announce(notice::Unidentified{}, out);
        enterUp(ProcessKey{0, ++out.lastAttempt}, now, out);
    }
}

void Subject::on(const event::Unhealthy& unhealthy, Moment now, Outbox& out) {
    std::erase(healthy_, unhealthy.monitor);
    if (holdsBack(unhealthy)) {
        return;
    }
    Exit exit;
    exit.reason = ExitReason::probeFailed;
    exit.probe = unhealthy.probe;
    exit.detail = unhealthy.reason;
    if (phase_ == Phase::launching && launched_) {
        lastExit_ = LastExit{exit, pidOf(*launched_), now, std::nullopt};
        failure_ = describe(exit) + " while it was starting";
        stop(*launched_, AfterStop::startFailed, now, out);
    } else if (phase_ == Phase::up) {
        const auto instance = std::exchange(key_, std::nullopt);
        noteDown(*instance, exit, now, out);
        predecessor_.reset();
        // A unit is ended by the restart of it; of what has no known process nothing can be.
        if (pidOf(*instance) != 0 || !plan_->unit.empty()) {
            sick_ = instance;
        } else {
            track(std::nullopt, out);
        }
        decide(now, out);
    }
}

/// A start is complete when the instance is known, as far as the monitors tell that, and all probes pass.
void Subject::confirm(Moment now, Outbox& out) {
    const bool monitorNamesIt =
        std::any_of(plan_->monitors.begin(), plan_->monitors.end(), [](const MonitorPlan& monitor) {
            return monitor.confirmsStart && monitor.role == MonitorRole::instance;
        });
    if (!allHealthy()) {
        if (launched_) {
            reason_ = "started as PID " + std::to_string(pidOf(*launched_)) + ", its probes do not pass yet";
            track(launched_, out);
        }
    } else if (launched_ && (confirmed_ || !monitorNamesIt)) {
        startSucceeded(*launched_, now, out);
    } else if (!launched_ && launchAnswered_ && !monitorNamesIt) {
        // It has put itself into the background, and what is there now works.
        startSucceeded(Unidentified{++out.lastAttempt}, now, out);
    }
}

bool Subject::hasProbes() const {
    return std::any_of(plan_->monitors.begin(), plan_->monitors.end(),
                       [](const MonitorPlan& monitor) { return monitor.role == MonitorRole::probe; });
}

bool Subject::allHealthy() const {
    const auto probes =
        std::count_if(plan_->monitors.begin(), plan_->monitors.end(),
                      [](const MonitorPlan& monitor) { return monitor.role == MonitorRole::probe; });
    return healthy_.size() >= static_cast<std::size_t>(probes);
}

/// Up, but known by its probe alone.
bool Subject::isKeyless() const {
    return phase_ == Phase::up && key_ && pidOf(*key_) == 0;
}

/// Another instance begins with probes that have yet to pass.
void Subject::track(std::optional<Instance> key, Outbox& out) {
    const bool goesOn = key && tracked_ && pidOf(*tracked_) == 0;
    if (key != tracked_ && !(key && pidOf(*key) == 0) && !goesOn) {
        healthy_.clear();
        forgetHeldBack();
    }
    tracked_ = key;
    out.actions.emplace_back(action::Track{name(), key});
}

/// Those that watch for lost connections are told of an exit too: the connection is gone with it.
void Subject::announceDisconnected(const Exit& exit, Outbox& out) const {
    for (const auto& monitor : plan_->monitors) {
        const auto url = monitor.args.find("target_url");
        const auto* text = url == monitor.args.end() ? nullptr : std::get_if<std::string>(&url->second);
        const bool concerned =
            exit.reason != ExitReason::probeFailed || (text != nullptr && *text == exit.probe);
        if (monitor.role == MonitorRole::probe && text != nullptr && concerned) {
            announce(notice::Disconnected{*text, exit.reason == ExitReason::probeFailed ? exit.detail
                                                                                        : describe(exit)},
                     out);
        }
    }
}

} // namespace healer::core
