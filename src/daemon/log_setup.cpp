// SPDX-License-Identifier: Apache-2.0
#include "daemon/log_setup.hpp"

#include "runtime/log_sinks.hpp"

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
        log.setMain(runtime::makeJournalSink());
        return true;
    case LogTarget::console:
        log.setMain(runtime::makeStderrSink());
        return true;
    case LogTarget::none:
        log.setMain(nullptr);
        return true;
    }
    return false;
}

void setLogFile(runtime::LogHub& log, const std::optional<std::string>& directory) {
    log.setFile(nullptr);
    if (!directory) {
        return;
    }
    if (auto sink = runtime::makeFileSink({.directory = *directory}); sink.ok()) {
        log.setFile(std::move(*sink));
    } else {
        log.warn(sink.error().message);
    }
}

} // namespace healer::daemon
