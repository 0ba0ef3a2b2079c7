// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/scenario.hpp"
#include "simulation/timeline.hpp"
#include "simulation/world.hpp"

#include <string>

namespace healer::simulation {

/// One scenario played through from its beginning to its end.
class Rehearsal {
public:
    Rehearsal(const core::Plan& plan, Scenario scenario);

    void run();

    [[nodiscard]] const std::vector<TimelineEntry>& entries() const { return timeline_.entries(); }
    [[nodiscard]] std::vector<TimelineSummary> summary() const;

private:
    void happen(const ScenarioEvent& event);
    void note(const std::string& process, std::string text);
    void noteReplies(core::TimePoint now, const core::Actions& actions);

    Scenario scenario_;
    World world_;
    Timeline timeline_;
    std::vector<std::string> requested_; ///< the process of each request, by its number
};

} // namespace healer::simulation
