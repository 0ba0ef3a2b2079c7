// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/notice.hpp"
#include "core/plan.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace healer::core {
struct RenderedEvent;
} // namespace healer::core

namespace healer::runtime {

/// One log entry. It may be written later, on another thread: messageId and the names of fields are
/// constants. Fields are written as NAME=value to the journal only; the other sinks show the message.
struct LogEntry {
    core::LogLevel level = core::LogLevel::info;
    std::string message;
    std::string_view messageId = {}; ///< 32 hex digits, see core/event_catalog, where they live; or empty
    std::vector<std::pair<std::string_view, std::string>> fields = {}; ///< names that live for ever
    std::chrono::system_clock::time_point at = {};                     ///< the epoch: when it is written
};

/// The journal entry of an event. PURE.
[[nodiscard]] LogEntry entryOf(const core::RenderedEvent& event);

/// Receives log entries. Never fails and never waits; entries that cannot be written are dropped and counted.
class Log {
public:
    Log() = default;
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    virtual ~Log() = default;

    virtual void write(const LogEntry& entry) = 0;
    /// Whether entries of this level are written: for those that cost something to make.
    [[nodiscard]] virtual bool wants(core::LogLevel /*level*/) const { return true; }

    /// An event of the catalogue.
    void report(const core::DaemonNotice& notice);

    void error(std::string message) { write({core::LogLevel::error, std::move(message)}); }
    void warn(std::string message) { write({core::LogLevel::warn, std::move(message)}); }
    void info(std::string message) { write({core::LogLevel::info, std::move(message)}); }
    void debug(std::string message) { write({core::LogLevel::debug, std::move(message)}); }
};

} // namespace healer::runtime
