// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

/// The children that Healer has started itself, each of which has an owner that waits for its end. All others
/// were given to it by the kernel, as PID 1 of a container gets them when their parents end.
namespace healer::runtime {

/// For Spawn: it has made this child.
void noteOwnChild(pid_t pid);

[[nodiscard]] bool isOwnChild(pid_t pid);

/// Takes away what is left of a child that has ended: its PID is free then. Nothing happens to one that has
/// not ended.
void reapOwnChild(int pidfd);

/// For Spawn: nothing waits for this child any longer. One that is left is none of Healer's own from now on.
void disownChild(int pidfd, pid_t pid);

} // namespace healer::runtime
