// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/daemon.hpp"
#include "healerctl/options.hpp"
#include "healerctl/terminal.hpp"

#include <string>
#include <vector>

namespace healer::healerctl {

/// Runs a command that calls the daemon (all but watch, check and simulate); the exit status.
[[nodiscard]] int runCommand(const Options& options, Daemon& daemon, const Terminal& terminal);

/// Reports the names that the daemon does not know; the exit status.
[[nodiscard]] int mustKnow(const std::vector<std::string>& names, Daemon& daemon, const Terminal& terminal);

/// Prints what went wrong on stderr; the exit status for it.
int report(const Terminal& terminal, const CallFailure& failure);

} // namespace healer::healerctl
