// SPDX-License-Identifier: Apache-2.0
#include "config/unit_compiler.hpp"

#include "config/monitor_compiler.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace healer::config {
namespace {

constexpr std::string_view kUnitType = "unit";

void report(const Site& site, std::string message, Findings& findings) {
    findings.errors.push_back({site.file, site.place, site.key, std::move(message), {}});
}

core::MonitorPlan unitMonitor(std::span<const MonitorSchema> schemas) {
    core::MonitorPlan plan;
    plan.type = kUnitType;
    for (const MonitorSchema& schema : schemas) {
        if (schema.type == kUnitType) {
            plan.confirmsStart = schema.confirmsStart;
            plan.role = schema.role;
        }
    }
    return plan;
}

void checkMonitor(core::MonitorPlan& monitor, const Site& site, const std::string& unit, Findings& findings) {
    if (monitor.type == kUnitType) {
        const auto named = monitor.args.find(kUnitType);
        if (named != monitor.args.end() && named->second != core::ArgValue(unit)) {
            report(site,
                   "this monitor follows the unit of its own process, " + quote(unit) + "; leave it out",
                   findings);
        }
        monitor.args.insert_or_assign(std::string(kUnitType), unit);
    } else if (monitor.role == core::MonitorRole::instance) {
        report(site,
               "a monitor of type " + monitor.type +
                   " follows a command; a unit is followed through systemd, and may have probes besides",
               findings);
    }
}

/// Probes alone cannot tell which process they ask, and see an exit late.
void addInstanceMonitor(ProcessDraft& draft, std::span<const MonitorSchema> schemas) {
    auto& monitors = draft.plan.monitors;
    const bool onlyProbes =
        !monitors.empty() &&
        std::all_of(monitors.begin(), monitors.end(), [](const core::MonitorPlan& monitor) {
            return monitor.role == core::MonitorRole::probe;
        });
    if (auto monitor = onlyProbes ? defaultMonitor("ebpf", schemas) : std::nullopt) {
        monitors.push_back(std::move(*monitor));
        draft.monitors.push_back(draft.entry);
    }
}

} // namespace

void completeMonitors(ProcessDraft& draft, std::span<const MonitorSchema> schemas, Findings& findings) {
    auto& monitors = draft.plan.monitors;
    const auto isUnit = [](const core::MonitorPlan& monitor) { return monitor.type == kUnitType; };
    if (draft.unit.place.line == 0) {
        for (std::size_t i = 0; i < monitors.size(); ++i) {
            if (isUnit(monitors[i])) {
                report(draft.monitors[i], "a monitor of type unit follows a unit, and this process has none",
                       findings);
            }
        }
        addInstanceMonitor(draft, schemas);
        return;
    }
    for (std::size_t i = 0; i < monitors.size(); ++i) {
        checkMonitor(monitors[i], draft.monitors[i], draft.plan.unit, findings);
    }
    if (std::none_of(monitors.begin(), monitors.end(), isUnit)) {
        core::MonitorPlan monitor = unitMonitor(schemas);
        monitor.args.emplace(kUnitType, draft.plan.unit);
        monitors.insert(monitors.begin(), std::move(monitor));
        draft.monitors.insert(draft.monitors.begin(), draft.unit);
    }
}

} // namespace healer::config
