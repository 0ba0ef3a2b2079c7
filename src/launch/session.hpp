// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/process.hpp"
#include "runtime/loop.hpp"
#include "runtime/task.hpp"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// What belongs to an instance that no unit holds together: the processes of the session that it leads.
/// Healer gives each program that it starts itself a session of its own.
namespace healer::launch {

/// Processes, or none: the machine does not show them all for now (see runtime::isShortage()).
using Members = std::optional<std::vector<core::ProcessKey>>;

/// The living processes of the session or the process group that `leader` led. Their number belongs to no
/// other process while one of them lives; where another process has it now, they are gone.
[[nodiscard]] Members membersOfSession(core::ProcessKey leader);

/// Each of both once; none where one of them is not known.
[[nodiscard]] Members united(Members one, const Members& other);

/// Whether a process seems to have left others of its group behind. One system call. Right after it was
/// reaped that is certain; later the number may have been given to another process.
[[nodiscard]] bool leftGroup(pid_t leader);

/// A living instance and what belongs to it: its session where it leads one, else its descendants in the
/// session that it is in (a shell's session has other processes too).
[[nodiscard]] Members familyOf(core::ProcessKey instance);

/// The living processes that were started with this variable ("NAME=value") in their environment, and since
/// then. A daemon that leaves its session keeps it, as long as it does not write over it; no other
/// process has it, as the value is random.
[[nodiscard]] Members carriersOf(const std::string& variable, std::uint64_t sinceTicks);

/// How processes are ended.
struct EndingOrder {
    int signal = 0;
    core::Duration patience{}; ///< then SIGKILL
};

/// Ends the processes that `find` names, and those that it names when these are gone, and so on: by the
/// signal, and by SIGKILL when time is up. False: some are still there, or not known, some time after that.
[[nodiscard]] runtime::Task<bool> endAll(runtime::Loop& loop, std::function<Members()> find,
                                         EndingOrder order);

} // namespace healer::launch
