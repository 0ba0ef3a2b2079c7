// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostic.hpp"
#include "core/event.hpp"
#include "core/plan.hpp"
#include "core/process.hpp"
#include "core/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// A policy tried out on fake time: what happens to the processes, and what Healer would do about it.
namespace healer::simulation {

/// How long things take on the simulated machine.
struct Habits {
    core::Duration start = std::chrono::milliseconds(100); ///< from the order until the program runs
    core::Duration ready{0};                               ///< from then until its probes pass
    core::Duration stop = std::chrono::milliseconds(100);  ///< from the stop signal to the end
    core::Duration look = std::chrono::milliseconds(10);   ///< until monitors have looked for an instance
};

/// The running instance ends in this way.
struct Ending {
    core::Exit exit;
};
/// The running instance lives, but answers no probe and no stop signal. Its successor is well.
struct Hang {
    std::optional<core::Duration> lasts; ///< none: until it is killed
};
/// No start succeeds.
struct FailingStarts {
    std::optional<core::Duration> lasts; ///< none: until the end
};

/// What happens to a process; a verb is what a person asks of Healer.
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
