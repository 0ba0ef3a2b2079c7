// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "runtime/loop.hpp"
#include "runtime/task.hpp"
#include "systemd/journal_evidence.hpp"
#include "systemd/manager.hpp"

#include <optional>
#include <string>

namespace healer::systemd {

/// How the main process of a unit has ended while PID 1 could not be heard.
struct MissedEnd {
    std::optional<core::Exit> exit; ///< as far as PID 1 still knows it
    bool stopped = false;           ///< by a job of the unit, and not because the whole system went down
};

/// Asks the unit, and the journal where the unit is no longer loaded: PID 1 unloads at once what was stopped,
/// and what has ended well by itself. Waits for a connection. `process` is one that has ended; everything
/// else outlives the task.
[[nodiscard]] runtime::Task<MissedEnd> missedEnd(runtime::Loop& loop, Manager& manager, std::string unit,
                                                 core::ProcessKey process);

/// How a process that has just ended did so, where it was the main process of this unit: PID 1 may have to
/// notice that first. None: that is not known within a second.
[[nodiscard]] runtime::Task<std::optional<core::Exit>>
endSeenByUnit(runtime::Loop& loop, Manager& manager, std::string unit, core::ProcessKey process);

/// What the journal says about the last job of this unit since then. Two seconds at most.
[[nodiscard]] runtime::Task<LastJob> lastJobSince(runtime::Loop& loop, std::string unit,
                                                  core::TimePoint since);

} // namespace healer::systemd
