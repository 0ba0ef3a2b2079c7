// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostic.hpp"
#include "core/event.hpp"
#include "core/plan.hpp"
#include "core/process.hpp"
#include "core/time.hpp"
#include "simulation/habits.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// A policy tried out on fake time: what happens to the processes, and what Healer would do about it.
namespace healer::simulation {

/// The running instance ends in this way.
struct Ending {
    core::Exit exit;
};
/// The running instance lives, but answers no probe and no stop signal. Its successor is healthy.
struct Hang {
    std::optional<core::Duration> lasts; ///< none: until it is killed
};
/// No start succeeds.
struct FailingStarts {
    std::optional<core::Duration> lasts; ///< none: until the end
};

/// What happens to a process; a verb is what an operator requests.
using Happening = std::variant<Ending, Hang, FailingStarts, core::event::Verb>;

struct ScenarioEvent {
    core::Duration at{0}; ///< after the beginning
    std::string process;
    Happening what;
};

struct Scenario {
    core::Duration length{0};
    Habits habits;
    std::vector<ScenarioEvent> events; ///< in the order of time
};

/// The scenario, or everything that is wrong with it.
using ScenarioOutcome = std::variant<Scenario, std::vector<config::Diagnostic>>;

/// Reads a scenario for the processes of this plan. `file` is only used in diagnostics.
[[nodiscard]] ScenarioOutcome parseScenario(const std::string& file, std::string_view text,
                                            const core::Plan& plan);

} // namespace healer::simulation
