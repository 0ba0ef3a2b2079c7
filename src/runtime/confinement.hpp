// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The sandbox that a service manager has put around this process, and so around all programs that it starts
/// itself.
namespace healer::runtime {

/// The restrictions that a process has and PID 1 does not, from their /proc/PID/status, as phrases for a
/// message. What the texts do not show counts as not restricted.
[[nodiscard]] std::vector<std::string> confinement(std::string_view own, std::string_view init);

/// The same for this process, with its view of the file system; joined by commas, empty when it is not
/// confined.
[[nodiscard]] std::string ownConfinement();

/// A hint to append to an error that read-only directories of the sandbox may have caused; empty for any
/// other errno.
[[nodiscard]] std::string confinementHint(int error);

} // namespace healer::runtime
