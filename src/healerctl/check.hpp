// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/terminal.hpp"

#include <optional>
#include <string>

namespace healer::healerctl {

/// Becomes "healer --check", the healer beside this program or else the one in PATH. Returns, with an exit
/// status, only when that fails.
[[nodiscard]] int becomeCheck(const std::optional<std::string>& file, const Terminal& terminal);

} // namespace healer::healerctl
