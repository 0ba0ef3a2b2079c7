// SPDX-License-Identifier: Apache-2.0
#include "core/health.hpp"

#include <algorithm>

namespace healer::core {

namespace {

bool isProbe(const MonitorPlan& monitor) {
    return monitor.role == MonitorRole::probe;
}

} // namespace

void Health::passed(std::size_t monitor) {
    if (std::find(passing_.begin(), passing_.end(), monitor) == passing_.end()) {
        passing_.push_back(monitor);
    }
}

bool Health::allPass(const ProcessPlan& plan) const {
    const auto probes = std::count_if(plan.monitors.begin(), plan.monitors.end(), isProbe);
    return passing_.size() >= static_cast<std::size_t>(probes);
}

bool Health::track(const std::optional<Instance>& instance) {
    const bool sameService = isUnidentified(instance) || (instance && isUnidentified(tracked_));
    const bool another = instance != tracked_ && !sameService;
    if (another) {
        passing_.clear();
    }
    tracked_ = instance;
    return another;
}

bool hasProbes(const ProcessPlan& plan) {
    return std::any_of(plan.monitors.begin(), plan.monitors.end(), isProbe);
}

bool confirmsStart(const ProcessPlan& plan) {
    return std::any_of(plan.monitors.begin(), plan.monitors.end(),
                       [](const MonitorPlan& monitor) { return monitor.confirmsStart; });
}

bool monitorNamesInstance(const ProcessPlan& plan) {
    return std::any_of(plan.monitors.begin(), plan.monitors.end(),
                       [](const MonitorPlan& monitor) { return monitor.confirmsStart && !isProbe(monitor); });
}

std::vector<notice::Disconnected> lostConnections(const ProcessPlan& plan, const Exit& exit) {
    const bool byProbe = exit.reason == ExitReason::probeFailed;
    std::vector<notice::Disconnected> lost;
    for (const auto& monitor : plan.monitors) {
        const auto url = monitor.args.find("target_url");
        const auto* text = url == monitor.args.end() ? nullptr : std::get_if<std::string>(&url->second);
        if (isProbe(monitor) && text != nullptr && (!byProbe || *text == exit.probe)) {
            lost.push_back({*text, byProbe ? exit.detail : describe(exit)});
        }
    }
    return lost;
}

} // namespace healer::core
