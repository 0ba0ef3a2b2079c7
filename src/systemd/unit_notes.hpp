// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

namespace healer::systemd {

/// What an administrator should know about these units before Healer watches them: see endNote(). Asks the
/// service manager and waits for its answers, a few seconds at most; what it does not answer is left out.
[[nodiscard]] std::vector<std::string> unitNotes(std::span<const std::string> units);

} // namespace healer::systemd
