// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "core/result.hpp"
#include "runtime/reading.hpp"
#include "runtime/unique_fd.hpp"

namespace healer::runtime {

/// The incarnation that has this PID now (a zombie too), from /proc/PID/stat.
[[nodiscard]] Reading<core::ProcessKey> keyOfPid(pid_t pid);

/// Whether exactly this incarnation runs, according to /proc. A zombie has ended.
enum class Presence { running, ended, unknown };
[[nodiscard]] Presence presenceOf(core::ProcessKey key);
/// Whether it is not known to have ended.
[[nodiscard]] bool mayRun(core::ProcessKey key);

/// A pidfd of exactly this incarnation, which may be a zombie. An empty UniqueFd: it no longer exists (its
/// PID may have been reused). An error: the system call failed (out of descriptors, no permission).
[[nodiscard]] core::Result<UniqueFd> openPidfd(core::ProcessKey key);

/// Whether all threads of the process have ended (it may still be a zombie). Does not block.
[[nodiscard]] bool hasExited(int pidfd);

/// How the process ended, as far as the kernel shows: exact for our own children (which are not reaped by
/// this), from PIDFD_GET_INFO where the kernel has it, else ExitReason::vanished. Call it when hasExited().
[[nodiscard]] core::Exit exitOf(int pidfd);

/// Sends a signal to exactly this process. Succeeds also when the process no longer exists.
[[nodiscard]] core::Result<void> sendSignal(int pidfd, int signal);

/// Whether a process group of this number has a member.
[[nodiscard]] bool groupExists(pid_t group);
/// Sends SIGKILL to all its members. `group` is that of a child that has not been reaped, so that the number
/// belongs to no other.
void killGroup(pid_t group);

} // namespace healer::runtime
