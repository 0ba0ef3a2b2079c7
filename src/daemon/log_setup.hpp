// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log_hub.hpp"

#include <optional>
#include <string>

namespace healer::daemon {

/// Whether the log goes to the journal natively: standard error is a stream to it, or there is no standard
/// error to read (a daemon) and a journal listens. Decided once, at the first call.
[[nodiscard]] bool logsToJournal(bool foreground = true);

/// Gives the log its sinks: the journal, or plain lines on standard error.
void setUpLog(runtime::LogHub& log, bool foreground);

/// Sends the log to the "journal" or the "console" (standard error) from now on; false, and nothing changes,
/// for anything else and for a journal that is not there.
[[nodiscard]] bool setLogTarget(runtime::LogHub& log, const std::string& target);

/// Also write healer.log in this directory from now on, or nowhere. A failure is a warning in the log.
void setLogFile(runtime::LogHub& log, const std::optional<std::string>& directory);

} // namespace healer::daemon
