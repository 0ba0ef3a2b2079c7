// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/daemon.hpp"
#include "healerctl/options.hpp"
#include "healerctl/terminal.hpp"

namespace healer::healerctl {

/// Runs a command that calls the daemon (all but watch, check and simulate); the exit status.
[[nodiscard]] int runCommand(const Options& options, Daemon& daemon, const Terminal& terminal);

/// Prints what went wrong on stderr; the exit status for it.
int report(const Terminal& terminal, const CallFailure& failure);

} // namespace healer::healerctl
