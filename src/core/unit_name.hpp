// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// The names of the transient units that Healer makes, and the unit that a process belongs to.
namespace healer::core {

/// "healer-web.service" for the process "web". '@' is escaped, as it would make the unit an instance of a
/// template.
[[nodiscard]] std::string transientUnitName(std::string_view process);

/// Whether this is the name of a unit that Healer makes.
[[nodiscard]] bool isTransientUnitName(std::string_view unit);

/// The process of such a unit: the inverse of transientUnitName().
[[nodiscard]] std::string processOfTransientUnit(std::string_view unit);

/// The system's unit that a process belongs to, from the text of /proc/PID/cgroup: the first name below the
/// slices, in the line of cgroup v2 or of systemd's own v1 hierarchy. Empty if there is none, and below
/// user.slice, where users give units any name. `root` is the cgroup that PID 1 regards as the root, without
/// a trailing slash.
[[nodiscard]] std::string systemUnitOf(std::string_view cgroupText, std::string_view root);

/// Of the unit that a process is in: that name when it is a system service of another owner, who may stop and
/// start it. Empty for Healer's own units, for `own` (the service that Healer itself runs in, which holds
/// what it starts directly), and for sessions, users' managers and scopes.
[[nodiscard]] std::string foreignServiceOf(std::string_view unit, std::string_view own);

} // namespace healer::core
