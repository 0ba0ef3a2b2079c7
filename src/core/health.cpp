// SPDX-License-Identifier: Apache-2.0
#include "core/health.hpp"

#include "core/shown_url.hpp"

#include <algorithm>

namespace healer::core {

namespace {

bool isProbe(const MonitorPlan& monitor) {
    return monitor.role == MonitorRole::probe;
}

} // namespace

void Health::passed(std::size_t monitor) {
    if (!passes(monitor)) {
        passing_.push_back(monitor);
    }
    std::erase(silent_, monitor);
}

void Health::failed(std::size_t monitor) {
    std::erase(passing_, monitor);
    std::erase(silent_, monitor);
}

void Health::saidNothing(std::size_t monitor) {
    if (std::ranges::find(silent_, monitor) == silent_.end()) {
        silent_.push_back(monitor);
    }
}

bool Health::passes(std::size_t monitor) const {
    return std::ranges::find(passing_, monitor) != passing_.end();
}

bool Health::allPass(const ProcessPlan& plan) const {
    const auto probes = std::count_if(plan.monitors.begin(), plan.monitors.end(), isProbe);
    return passing_.size() >= static_cast<std::size_t>(probes);
}

bool Health::holdsStart(const ProcessPlan& plan) const {
    for (std::size_t i = 0; i < plan.monitors.size(); ++i) {
        if (isProbe(plan.monitors[i]) && !passes(i) && trust_.of(i) != Trust::setAside) {
            return true;
        }
    }
    return false;
}

std::vector<std::size_t> Health::failing(const ProcessPlan& plan) const {
    std::vector<std::size_t> probes;
    for (std::size_t i = 0; i < plan.monitors.size(); ++i) {
        const bool silent = std::ranges::find(silent_, i) != silent_.end();
        if (isProbe(plan.monitors[i]) && !passes(i) && !silent) {
            probes.push_back(i);
        }
    }
    return probes;
}

bool Health::remark(std::size_t monitor, const std::string& text) {
    const auto known = remarks_.find(monitor);
    if (text.empty()) {
        if (known != remarks_.end()) {
            remarks_.erase(known);
        }
        return false;
    }
    const bool news = known == remarks_.end() || known->second != text;
    remarks_[monitor] = text;
    return news;
}

std::string Health::remarks() const {
    std::string text;
    for (const auto& [monitor, remark] : remarks_) {
        text += "; " + remark;
    }
    return text;
}

bool Health::track(const std::optional<Instance>& instance) {
    const bool sameService = isUnidentified(instance) || (instance && isUnidentified(tracked_));
    const bool another = instance != tracked_ && !sameService;
    if (another) {
        passing_.clear();
        silent_.clear();
    }
    tracked_ = instance;
    return another;
}

bool hasProbes(const ProcessPlan& plan) {
    return std::any_of(plan.monitors.begin(), plan.monitors.end(), isProbe);
}

bool observesInstances(const ProcessPlan& plan) {
    return !std::all_of(plan.monitors.begin(), plan.monitors.end(), isProbe);
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
        if (!isProbe(monitor) || text == nullptr) {
            continue;
        }
        const std::string shown = shownUrl(*text);
        const bool known = std::ranges::find(lost, shown, &notice::Disconnected::url) != lost.end();
        if (!known && (!byProbe || shown == exit.probe)) {
            lost.push_back({shown, byProbe ? exit.detail : describe(exit)});
        }
    }
    return lost;
}

} // namespace healer::core
