// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/terminal.hpp"

#include <optional>
#include <string>

/// What healer itself does: healerctl knows nothing of configurations. It becomes the healer beside this
/// program, or else the one in PATH. The functions return, with an exit status, only when that fails.
namespace healer::healerctl {

/// "healer --check". Without a file, the one that healer finds.
[[nodiscard]] int becomeCheck(const std::optional<std::string>& file, const Terminal& terminal);

/// "healer --simulate".
[[nodiscard]] int becomeSimulation(const std::optional<std::string>& file, const std::string& scenario,
                                   const Terminal& terminal);

} // namespace healer::healerctl
