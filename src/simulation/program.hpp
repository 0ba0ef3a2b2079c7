// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <iosfwd>
#include <string>

namespace healer::simulation {

enum class OutputStyle { text, json };

/// Plays the scenario of a file with this plan and writes what happens. False: the scenario cannot be read or
/// is not valid; then the reason is written to `err` and nothing is played.
[[nodiscard]] bool simulate(const core::Plan& plan, const std::string& scenarioFile, OutputStyle style,
                            std::ostream& out, std::ostream& err);

} // namespace healer::simulation
