// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/daemon.hpp"
#include "healerctl/options.hpp"
#include "healerctl/terminal.hpp"

namespace healer::healerctl {

/// Carries out a command that is a question or an order to the daemon (all but watch, check and simulate);
/// the exit status.
[[nodiscard]] int runCommand(const Options& options, Daemon& daemon, const Terminal& terminal);

/// Says on stderr what went wrong; the exit status for it.
int report(const Terminal& terminal, const CallFailure& failure);

} // namespace healer::healerctl
