// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

struct sd_bus_message;

namespace healer::systemd {

struct EnvironmentFile {
    std::string path;
    bool mayBeMissing = false;

    bool operator==(const EnvironmentFile&) const = default;
};

/// What a transient unit is made of.
struct TransientUnit {
    std::string name; ///< of the process
    std::string unit;
    std::vector<std::string> arguments;                 ///< argv; the first is the absolute path
    std::vector<std::string> environment;               ///< NAME=value; every user can read it
    std::vector<EnvironmentFile> environmentFiles = {}; ///< each takes precedence over what is before it
    std::string user;                                   ///< empty: root
    std::string workingDirectory;
    std::optional<std::string> output; ///< file to append to; none: the journal
    core::StopPlan stop;
    std::string program = {}; ///< the path for people; `arguments` may begin with a step before it
};

/// How a program that puts itself into the background, or hands over to its successor, is kept when its first
/// process has ended: systemd before 250 does not know ExitType=.
enum class ForkSupport { exitType, remainAfterExit };

/// The value of a property of a unit. The alternative decides its type on D-Bus.
struct ExecCommand {
    std::vector<std::string> arguments;
    bool literal = false; ///< '$' is left alone

    bool operator==(const ExecCommand&) const = default;
};
using PropertyValue = std::variant<std::string, bool, std::int32_t, std::uint32_t, std::uint64_t,
                                   std::vector<std::string>, ExecCommand, std::vector<EnvironmentFile>>;
struct UnitProperty {
    const char* name;
    PropertyValue value;
};

/// All properties but the description, which is derived from them. The message to PID 1 and the fingerprint
/// are both made of this list, so that no property can be set that a change of settings does not notice.
[[nodiscard]] std::vector<UnitProperty> propertiesOf(const TransientUnit& unit, ForkSupport support);

/// 16 hexadecimal digits that differ where a name or a value differs.
[[nodiscard]] std::string fingerprintOf(const std::vector<UnitProperty>& properties);

/// The unit's description. It ends in the fingerprint of its properties, so that the loaded unit itself says
/// whether it was made of these settings, whichever Healer made it. ForkSupport does not change it.
[[nodiscard]] std::string descriptionOf(const TransientUnit& unit);

/// Whether PID 1, after it has read its unit files again (daemon-reload), still starts the same. Up to
/// version 253 it writes arguments with certain characters into the unit's file in a way that it cannot read
/// back.
[[nodiscard]] bool survivesReload(const TransientUnit& unit);

/// Appends the arguments of Manager.StartTransientUnit. Returns negative errno on failure.
[[nodiscard]] int appendStartTransientUnit(sd_bus_message* message, const TransientUnit& unit,
                                           ForkSupport support);

} // namespace healer::systemd
