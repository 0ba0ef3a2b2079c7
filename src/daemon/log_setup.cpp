// SPDX-License-Identifier: Apache-2.0
#include "daemon/log_setup.hpp"

#include "runtime/log_sinks.hpp"

#include <utility>

namespace healer::daemon {

bool logsToJournal(bool foreground) {
    static const bool kAnswer = runtime::stderrIsJournal() || (!foreground && runtime::journalAvailable());
    return kAnswer;
}

void setUpLog(runtime::LogHub& log, bool foreground) {
    if (logsToJournal(foreground)) {
        log.setMain(runtime::makeJournalSink());
    } else if (foreground) {
        log.setMain(runtime::makeStderrSink());
    }
}

bool setLogTarget(runtime::LogHub& log, const std::string& target) {
    if (target == "journal" && runtime::journalAvailable()) {
        log.setMain(runtime::makeJournalSink());
        return true;
    }
    if (target == "console") {
        log.setMain(runtime::makeStderrSink());
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
