// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/result.hpp"
#include "recovery/recovery.hpp"

#include <optional>
#include <string>
#include <vector>

struct sd_bus_message;

namespace healer::recovery::service {

/// What a transient unit is made of.
struct UnitSettings {
    std::string name; ///< of the process
    std::string unit;
    std::vector<std::string> arguments;   ///< argv; the first is the absolute path
    std::vector<std::string> environment; ///< NAME=value
    std::string user;                     ///< empty: root
    std::string workingDirectory;
    std::optional<std::string> output; ///< file to append to; none: the journal
    core::StopPlan stop;
    bool mayFork = false;
};

[[nodiscard]] UnitSettings settingsFor(const LaunchOrder& order);

/// The unit's description. It ends in a fingerprint of all settings, so that the loaded unit itself tells
/// whether it was made of these, whoever was Healer then.
[[nodiscard]] std::string descriptionOf(const UnitSettings& settings);

/// Whether PID 1, after it has read its unit files again (daemon-reload), still starts the same. Up to
/// version 253 it writes arguments with certain characters into the unit's file in a way that it cannot read
/// back.
[[nodiscard]] bool survivesReload(const UnitSettings& settings);

/// How a program that puts itself into the background is kept: systemd before 250 does not know ExitType=.
enum class ForkSupport { exitType, remainAfterExit };

/// Appends the arguments of Manager.StartTransientUnit. Returns negative errno on failure.
[[nodiscard]] int appendStartTransientUnit(sd_bus_message* message, const UnitSettings& settings,
                                           ForkSupport support);

/// PID 1 opens the output as root: refuses a file that others could have swapped. Creates the file.
[[nodiscard]] core::Result<void> checkOutput(const UnitSettings& settings);

} // namespace healer::recovery::service
