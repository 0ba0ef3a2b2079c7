// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "simulation/rehearsal.hpp"
#include "simulation/scenario.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace healer::simulation {

inline core::ProcessPlan process(const std::string& name) {
    core::ProcessPlan plan;
    plan.name = name;
    plan.command.path = "/usr/bin/" + name;
    plan.monitors = {core::MonitorPlan{"ebpf", {}, false, core::MonitorRole::instance}};
    return plan;
}

inline core::ProcessPlan probed(const std::string& name) {
    core::ProcessPlan plan = process(name);
    plan.monitors.push_back(core::MonitorPlan{
        "network",
        {{"interval_secs", core::Duration(std::chrono::seconds(5))}, {"failure_threshold", std::int64_t{2}}},
        true,
        core::MonitorRole::probe});
    return plan;
}

inline core::Plan planOf(std::vector<core::ProcessPlan> processes) {
    core::Plan plan;
    plan.processes.assign(processes.begin(), processes.end());
    return plan;
}

inline std::vector<std::string> errorsOf(const std::string& text, const core::Plan& plan) {
    std::vector<std::string> result;
    const auto outcome = parseScenario("s.yaml", text, plan);
    if (const auto* errors = std::get_if<std::vector<config::Diagnostic>>(&outcome)) {
        for (const auto& error : *errors) {
            result.push_back(config::format(error));
        }
    }
    return result;
}

inline Scenario scenarioOf(const std::string& text, const core::Plan& plan) {
    const auto outcome = parseScenario("s.yaml", text, plan);
    const auto* scenario = std::get_if<Scenario>(&outcome);
    EXPECT_NE(scenario, nullptr) << testing::PrintToString(errorsOf(text, plan));
    return scenario == nullptr ? Scenario{} : *scenario;
}

/// What happens, as "10.000 web Process web (PID 1001) is down: killed by SIGKILL".
inline std::vector<std::string> played(const core::Plan& plan, const std::string& text) {
    Rehearsal rehearsal(plan, scenarioOf(text, plan));
    rehearsal.run();
    std::vector<std::string> lines;
    for (const auto& entry : rehearsal.entries()) {
        char at[32];
        std::snprintf(at, sizeof at, "%.3f", std::chrono::duration<double>(entry.at).count());
        lines.push_back(at + (" " + entry.process) + " " + entry.text);
    }
    return lines;
}

} // namespace healer::simulation
