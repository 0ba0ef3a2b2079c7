// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "core/result.hpp"
#include "runtime/unique_fd.hpp"

#include <optional>

namespace healer::runtime {

/// The incarnation that has this PID now (zombies included), read from /proc/PID/stat; none if there is no
/// such process.
[[nodiscard]] std::optional<core::ProcessKey> keyOfPid(pid_t pid);

/// A pidfd of exactly this incarnation, zombies included. An empty UniqueFd: it is gone (or its PID has been
/// recycled). An error: the system refused (out of descriptors, no permission).
[[nodiscard]] core::Result<UniqueFd> openPidfd(core::ProcessKey key);

/// Whether all threads of the process have ended (it may still be a zombie). Does not block.
[[nodiscard]] bool hasExited(int pidfd);

/// How the process behind the pidfd ended, as far as the kernel tells: exactly for our own children (they
/// stay waitable), by PIDFD_GET_INFO where the kernel has it, else ExitReason::vanished. Call it when
/// hasExited().
[[nodiscard]] core::Exit exitOf(int pidfd);

/// Sends a signal to exactly this process. Success also when it is gone already.
[[nodiscard]] core::Result<void> sendSignal(int pidfd, int signal);

} // namespace healer::runtime
