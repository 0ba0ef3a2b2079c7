// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostic.hpp"
#include "config/environment.hpp"
#include "config/key.hpp"
#include "core/plan.hpp"

#include <span>
#include <string>
#include <variant>
#include <vector>

namespace healer::config {

struct LoadOptions {
    std::string path; ///< the main file, as findConfig() returns it
    std::span<const MonitorSchema> monitors;
};

struct LoadedConfig {
    core::Plan plan;
    std::vector<std::string> files; ///< all files that were read, the main file first
    std::vector<Diagnostic> warnings;
};

/// The configuration, or every error in it.
using LoadOutcome = std::variant<LoadedConfig, std::vector<Diagnostic>>;

/// Reads the file and conf.d/*.yaml beside it and compiles them. Keeps no state between calls. May block on
/// the file system and the user database.
[[nodiscard]] LoadOutcome load(const LoadOptions& options,
                               const Environment& environment = systemEnvironment());

} // namespace healer::config
