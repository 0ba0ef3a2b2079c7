// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config_node.hpp"
#include "config/diagnostic.hpp"
#include "config/environment.hpp"
#include "config/key.hpp"
#include "core/plan.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace healer::config {

/// How it is taken that a program, a user or a directory does not exist.
enum class WhatIsMissing {
    isAnError,
    concernsItsProcess, ///< that process is not available, and looked at again later
    isIgnored,          ///< with a warning
};

/// An entry that something is missing for, and what is needed to compile it again.
struct LateEntry {
    std::string name;
    ConfigDocument document;      ///< the entry alone
    std::string workingDirectory; ///< of Healer
};

struct CompileInput {
    const ConfigDocument* main = nullptr;    ///< the main file; null: it could not be parsed
    std::span<const ConfigDocument> parts;   ///< conf.d files in name order; each holds `processes` only
    std::span<const MonitorSchema> monitors; ///< all monitor kinds
    bool complete = true;                    ///< false: a file could not be read, so names may be unknown
    WhatIsMissing missing = WhatIsMissing::isAnError;
};

struct CompileOutcome {
    std::optional<core::Plan> plan; ///< set if and only if there are no errors
    Findings findings;              ///< all of them, in the order of files and lines
    std::vector<LateEntry> late = {};
};

/// Compiles the trees into a plan. Accesses the system through `environment` only.
[[nodiscard]] CompileOutcome compile(const CompileInput& input, const Environment& environment);

/// The present plan of such an entry; its `unavailable` says what is still missing.
[[nodiscard]] core::ProcessPlan compileAgain(const LateEntry& entry, std::span<const MonitorSchema> monitors,
                                             const Environment& environment);

} // namespace healer::config
