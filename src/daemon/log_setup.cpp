// SPDX-License-Identifier: Apache-2.0
#include "daemon/log_setup.hpp"

#include "runtime/log_sinks.hpp"
#include "runtime/queued_sink.hpp"

#include <utility>

namespace healer::daemon {

LogTarget defaultLogTarget(RunMode mode) {
    if (runtime::stderrIsJournal() || (mode == RunMode::daemon && runtime::journalAvailable())) {
        return LogTarget::journal;
    }
    return mode == RunMode::foreground ? LogTarget::console : LogTarget::none;
}

bool setLogTarget(runtime::LogHub& log, LogTarget target) {
    switch (target) {
    case LogTarget::journal:
        if (!runtime::journalAvailable()) {
            return false;
        }
        log.setMain(runtime::makeQueuedSink("the journal", runtime::makeJournalSink()));
        return true;
    case LogTarget::console:
        log.setMain(runtime::makeQueuedSink("standard error", runtime::makeStderrSink()));
        return true;
    case LogTarget::none:
        log.setMain(nullptr);
        return true;
    }
    return false;
}

void setLogFile(runtime::LogHub& log, const std::optional<std::string>& directory, core::Duration patience) {
    log.setFile(nullptr);
    if (!directory) {
        return;
    }
    const auto open = [directory = *directory] { return runtime::makeFileSink({.directory = directory}); };
    if (auto sink = runtime::makeQueuedSink(*directory + "/healer.log", open, patience); sink.ok()) {
        log.setFile(std::move(*sink));
    } else {
        log.warn(sink.error().message);
    }
}

} // namespace healer::daemon
