// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/compiler.hpp"
#include "config/diagnostic.hpp"
#include "config/environment.hpp"
#include "config/key.hpp"
#include "core/plan.hpp"

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace healer::config {

/// What the configuration is read for.
enum class Purpose {
    check,    ///< nothing is started: that others could change a file is a warning
    simulate, ///< and what is missing on this machine is too
    start,    ///< what is missing concerns the process that needs it
    reload,   ///< everything is an error
};

struct LoadOptions {
    std::string path; ///< the main file, as findConfig() returns it
    std::span<const MonitorSchema> monitors;
    Purpose purpose = Purpose::reload;
    std::optional<std::string> partsDirectory = {}; ///< instead of conf.d beside the file
};

struct LoadedConfig {
    core::Plan plan;
    std::vector<std::string> files; ///< all files that were read, the main file first
    std::vector<Diagnostic> warnings;
    std::vector<LateEntry> late = {}; ///< those that something is missing for
};

/// The configuration, or every error in it.
using LoadOutcome = std::variant<LoadedConfig, std::vector<Diagnostic>>;

/// Reads the file and conf.d/*.yaml and *.yml beside it and compiles them. Keeps no state between calls. May
/// block on the file system and the user database.
[[nodiscard]] LoadOutcome load(const LoadOptions& options,
                               const Environment& environment = systemEnvironment());

} // namespace healer::config
