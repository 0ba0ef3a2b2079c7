// SPDX-License-Identifier: Apache-2.0
#include "core/launch_spec.hpp"

#include "core/health.hpp"
#include "core/unit_name.hpp"

namespace healer::core {

Placement placementOf(const Plan& plan, const ProcessPlan& process, LaunchFacilities facilities) {
    if (!process.unit.empty()) {
        return {kLaunchUnit, process.unit};
    }
    if (facilities.systemd && plan.launch != LaunchMode::direct) {
        return {kLaunchService, transientUnitName(process.name)};
    }
    return {kLaunchDirect, {}};
}

std::string transientUnitOf(const ProcessPlan& process, LaunchFacilities facilities) {
    return process.unit.empty() && facilities.systemd ? transientUnitName(process.name) : std::string();
}

CommandPlan commandFor(const Plan& plan, const ProcessPlan& process, const Placement& placement) {
    CommandPlan command = process.command;
    if (!command.output && plan.logDirectory && placement.launcher == kLaunchDirect) {
        command.output = *plan.logDirectory + "/" + process.name + ".log";
    }
    return command;
}

bool mayFork(const ProcessPlan& process) {
    return confirmsStart(process);
}

} // namespace healer::core
