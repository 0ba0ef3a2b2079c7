// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What a service manager has taken away from this process, and with it from all that it starts itself.
namespace healer::runtime {

/// In what a process is more confined than PID 1, by their /proc/PID/status; phrases for a person, none when
/// in nothing. What the texts do not tell counts as not confined.
[[nodiscard]] std::vector<std::string> confinement(std::string_view own, std::string_view init);

/// The same of this process, with the view of the file system; joined by commas, empty when it is not
/// confined.
[[nodiscard]] std::string ownConfinement();

/// What to add to an error that may come from the read-only places of the sandbox; empty for any other errno.
[[nodiscard]] std::string confinementHint(int error);

} // namespace healer::runtime
