// SPDX-License-Identifier: Apache-2.0
#include "core/followed_units.hpp"

#include <algorithm>

namespace healer::core {

namespace {

/// As the configuration gives one to every process of a unit.
MonitorPlan monitorOf(const std::string& unit) {
    return {.type = "unit", .args = {{"unit", unit}}, .role = MonitorRole::instance};
}

/// The probes stay; which process it is, and whether it runs, is what systemd says.
ProcessPlan planOfUnit(ProcessPlan plan, const std::string& unit) {
    std::erase_if(plan.monitors,
                  [](const MonitorPlan& monitor) { return monitor.role == MonitorRole::instance; });
    plan.monitors.insert(plan.monitors.begin(), monitorOf(unit));
    plan.unit = unit;
    return plan;
}

bool isSameProgram(const CommandPlan& left, const CommandPlan& right) {
    return left.path == right.path && left.args == right.args && left.user.uid == right.user.uid;
}

} // namespace

std::string FollowedUnits::of(const std::string& process) const {
    const auto found = units_.find(process);
    return found == units_.end() ? std::string() : found->second.unit;
}

void FollowedUnits::apply(Plan& plan) {
    for (auto& process : plan.processes) {
        const auto found = units_.find(process->name);
        if (found != units_.end() && process->unit.empty()) {
            found->second.configured = process;
            process = planOfUnit(*process, found->second.unit);
        }
    }
}

void FollowedUnits::revise(const Plan& configured) {
    std::erase_if(units_, [&](const auto& entry) {
        const std::string& name = entry.first;
        const Entry& followed = entry.second;
        const auto now = std::find_if(configured.processes.begin(), configured.processes.end(),
                                      [&](const auto& process) { return process->name == name; });
        return now == configured.processes.end() || !(*now)->enabled || !(*now)->unit.empty() ||
               (followed.configured && !isSameProgram((*followed.configured)->command, (*now)->command));
    });
}

std::optional<Shared<ProcessPlan>> FollowedUnits::configured(const std::string& process) const {
    const auto found = units_.find(process);
    return found == units_.end() ? std::nullopt : found->second.configured;
}

} // namespace healer::core
