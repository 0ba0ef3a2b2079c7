// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace healer::runtime {

/// Whether this process is spared when memory runs out, which what it starts would inherit.
[[nodiscard]] bool oomScoreIsLowered();

/// Takes that away from a process that was started. Done from here after the exec: a child that shares our
/// memory would change ours along with its own.
void resetOomScore(pid_t pid);

} // namespace healer::runtime
