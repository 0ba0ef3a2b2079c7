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

/// One process entry on its way into the plan, with the places that comparisons between entries have to
/// report.
struct ProcessDraft {
    core::ProcessPlan plan;
    Site entry;
    Site name;                           ///< line 0 where the name is missing or unusable
    Site command;                        ///< line 0 where the command is missing or unusable
    Site unit;                           ///< line 0 where there is no unit
    std::vector<MonitorSource> monitors; ///< one for each of plan.monitors
    std::vector<Site> dependencies;      ///< one for each of plan.dependencies
    bool hasUser = false;                ///< plan.command.user is resolved

    [[nodiscard]] bool hasUnit() const { return unit.place.line > 0; }
};

} // namespace healer::config
