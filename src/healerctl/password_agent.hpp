// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace healer::healerctl {

/// While it lives, polkit can ask for a password on this terminal, by pkttyagent(1); an agent that the
/// session has already goes first. Without pkttyagent it does nothing.
class PasswordAgent {
public:
    /// Returns when polkit knows of the agent, or there will be none.
    PasswordAgent();
    PasswordAgent(const PasswordAgent&) = delete;
    PasswordAgent& operator=(const PasswordAgent&) = delete;
    ~PasswordAgent();

private:
    pid_t pid_ = -1;
};

} // namespace healer::healerctl
