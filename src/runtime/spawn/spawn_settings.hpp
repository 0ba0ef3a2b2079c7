// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "runtime/spawn/child_program.hpp"
#include "runtime/unique_fd.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace healer::runtime {

/// The resource limits of this process now. To be taken before Healer raises any of its own.
[[nodiscard]] std::vector<Limit> currentLimits();

/// The program to start, prepared as far as possible before the start.
struct SpawnSettings {
    std::string path;
    std::vector<std::string> arguments;   ///< argv, the name first
    std::vector<std::string> environment; ///< NAME=value
    std::string workingDirectory;
    UniqueFd output;                       ///< already opened, or
    std::optional<std::string> outputPath; ///< opened by the child as its user; if neither is set: /dev/null
    std::vector<Limit> limits;             ///< set before the user is changed
    bool changeUser = false;
    std::string userName;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
};

/// The program, environment, directory and user of a command. Its output and limits are left to the caller.
[[nodiscard]] SpawnSettings spawnSettingsFor(const core::CommandPlan& command);

} // namespace healer::runtime
