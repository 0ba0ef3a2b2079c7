// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "runtime/log_hub.hpp"
#include "runtime/unique_fd.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace healer::runtime {

/// True when standard error is a stream to the journal, as systemd sets it up for its services.
[[nodiscard]] bool stderrIsJournal();
/// True when a journal daemon listens.
[[nodiscard]] bool journalAvailable();

// A write to any of these may hang: makeQueuedSink() makes one that never holds up its caller.

/// Native journal entries: MESSAGE, PRIORITY, MESSAGE_ID and the fields.
[[nodiscard]] std::unique_ptr<LogSink> makeJournalSink();

/// Plain lines on standard error.
[[nodiscard]] std::unique_ptr<LogSink> makeStderrSink();

struct LogFileSettings {
    std::string directory; ///< of healer.log; created if it does not exist
    std::uint64_t maxBytes = 10'485'760;
    unsigned keep = 5; ///< healer.log.1 (the newest) to healer.log.KEEP
};

/// Plain lines appended to healer.log, which is rotated by size. When it was moved away or removed, the next
/// line begins another one. Symbolic links are never followed.
[[nodiscard]] core::Result<std::unique_ptr<LogSink>> makeFileSink(LogFileSettings settings);

} // namespace healer::runtime
