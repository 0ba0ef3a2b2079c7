// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/field.hpp"
#include "core/plan.hpp"

#include <vector>

namespace healer::config {

/// Where a monitor of the plan comes from.
struct MonitorSource {
    Site site;
    const MonitorSchema* schema = nullptr;
};

/// One process entry while it is compiled, with the places that later checks report.
struct ProcessDraft {
    core::ProcessPlan plan;
    Site entry;
    Site name;                           ///< line 0 if the name is missing or wrong
    Site command;                        ///< line 0 if the command is missing or wrong
    Site unit;                           ///< line 0 if there is none
    std::vector<MonitorSource> monitors; ///< one for each of plan.monitors
    std::vector<Site> dependencies;      ///< one for each of plan.dependencies
    bool hasUser = false;                ///< plan.command.user is set

    [[nodiscard]] bool hasUnit() const { return unit.place.line > 0; }
};

} // namespace healer::config
