// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace healer::recovery::service {

/// "healer-web.service" for the process "web". '@' is escaped, as it would make the unit an instance of a
/// template.
[[nodiscard]] std::string unitName(std::string_view process);

/// The process of a unit that Healer makes: the inverse of unitName().
[[nodiscard]] std::string processOf(std::string_view unit);

/// Whether this is the name of a unit that Healer makes.
[[nodiscard]] bool isUnitName(std::string_view unit);

/// The object path of a unit in PID 1's D-Bus interface.
[[nodiscard]] std::string unitPath(const std::string& unit);

/// Whether /proc/PID/cgroup says (as text) that the process belongs to this unit.
[[nodiscard]] bool cgroupNames(std::string_view cgroupText, std::string_view unit);

/// Whether the process belongs to this unit now.
[[nodiscard]] bool isInUnit(pid_t pid, std::string_view unit);

} // namespace healer::recovery::service
