// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace healer::runtime {

/// One destination of log entries.
class LogSink {
public:
    LogSink() = default;
    LogSink(const LogSink&) = delete;
    LogSink& operator=(const LogSink&) = delete;
    virtual ~LogSink() = default;
    virtual void write(const LogEntry& entry) = 0;
};

/// The log of the daemon: drops what is below the level and hands the rest to every sink.
class LogHub final : public Log {
public:
    explicit LogHub(core::LogLevel level) : level_(level) {}

    void add(std::unique_ptr<LogSink> sink) { sinks_.push_back(std::move(sink)); }
    /// Where people look first, which LogControl1 may replace; null: none.
    void setMain(std::unique_ptr<LogSink> main) { main_ = std::move(main); }
    /// The one sink that a reload may replace; null: none.
    void setFile(std::unique_ptr<LogSink> file) { file_ = std::move(file); }
    void write(const LogEntry& entry) override;

    [[nodiscard]] core::LogLevel level() const { return level_; }
    void setLevel(core::LogLevel level) { level_ = level; }

private:
    core::LogLevel level_;
    std::vector<std::unique_ptr<LogSink>> sinks_;
    std::unique_ptr<LogSink> main_;
    std::unique_ptr<LogSink> file_;
};

/// The level that the environment asks for: $HEALER_LOG, else $RUST_LOG where it is a plain level.
[[nodiscard]] std::optional<core::LogLevel> logLevelFromEnvironment();

/// One line for people (further lines of a message are indented), without a newline: time, level, message.
/// Control characters are shown escaped, so that nobody can forge a line or send a terminal escape sequence.
[[nodiscard]] std::string plainLine(const LogEntry& entry);

} // namespace healer::runtime
