// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config_node.hpp"
#include "config/diagnostic.hpp"
#include "config/environment.hpp"
#include "config/key.hpp"
#include "core/plan.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace healer::config {

struct CompileInput {
    const ConfigDocument* main = nullptr;    ///< the chosen file; none: it could not be parsed
    std::span<const ConfigDocument> parts;   ///< conf.d files in name order; each holds `processes` only
    std::span<const MonitorSchema> monitors; ///< the kinds of monitor that there are
    bool complete = true;                    ///< false: a file is missing here, so names may be unknown
};

struct CompileOutcome {
    std::optional<core::Plan> plan; ///< there exactly when there are no errors
    Findings findings;              ///< everything at once, in the order of files and lines
};

/// Turns trees into a plan. Touches nothing but what it is given.
[[nodiscard]] CompileOutcome compile(const CompileInput& input, const Environment& environment);

} // namespace healer::config
