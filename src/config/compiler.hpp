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
    const ConfigDocument* main = nullptr;    ///< the main file; null: it could not be parsed
    std::span<const ConfigDocument> parts;   ///< conf.d files in name order; each holds `processes` only
    std::span<const MonitorSchema> monitors; ///< all monitor kinds
    bool complete = true;                    ///< false: a file could not be read, so names may be unknown
};

struct CompileOutcome {
    std::optional<core::Plan> plan; ///< set if and only if there are no errors
    Findings findings;              ///< all of them, in the order of files and lines
};

/// Compiles the trees into a plan. Accesses the system through `environment` only.
[[nodiscard]] CompileOutcome compile(const CompileInput& input, const Environment& environment);

} // namespace healer::config
