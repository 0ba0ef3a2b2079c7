// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log_hub.hpp"

#include <optional>
#include <string>

namespace healer::daemon {

enum class LogTarget {
    journal, ///< native journal entries
    console, ///< plain lines on standard error
    none,    ///< a daemon on a system without a journal; a log file may still be set
};

enum class RunMode { foreground, daemon };

/// The journal when standard error is connected to it, or when a daemon, which has no standard error, finds a
/// journal; else the console in the foreground.
[[nodiscard]] LogTarget defaultLogTarget(RunMode mode);

/// Sends the log to this target from now on. False, and nothing changes, for a journal that is not there.
[[nodiscard]] bool setLogTarget(runtime::LogHub& log, LogTarget target);

/// Also writes healer.log in this directory from now on; nullopt ends that. A failure is logged as a warning.
/// Opening it is waited for at most this long; where that hangs, its entries wait in memory.
void setLogFile(runtime::LogHub& log, const std::optional<std::string>& directory, core::Duration patience);

} // namespace healer::daemon
