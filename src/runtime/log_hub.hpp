// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"
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
    /// For a file: what its name refers to now is written from now on.
    virtual void reopen() {}
    /// Waits until all entries are written, at most this long. Nothing is written afterwards.
    virtual void finish(core::Duration /*patience*/) {}
    /// What is wrong with this destination and another one should report, once; empty: nothing.
    [[nodiscard]] virtual std::string takeComplaint() { return {}; }
};

/// The log of the daemon: drops entries below the level and passes the others to its sinks.
class LogHub final : public Log {
public:
    explicit LogHub(core::LogLevel level) : level_(level) {}
    LogHub(const LogHub&) = delete;
    LogHub& operator=(const LogHub&) = delete;
    /// Waits briefly until all entries are written.
    ~LogHub() override;

    /// The main destination, which LogControl1 may replace; null: none.
    void setMain(std::unique_ptr<LogSink> main) { main_ = std::move(main); }
    /// The log file, which a reload may replace; null: none.
    void setFile(std::unique_ptr<LogSink> file) { file_ = std::move(file); }
    void write(const LogEntry& entry) override;
    [[nodiscard]] bool wants(core::LogLevel level) const override { return level <= level_; }
    /// The log file is opened again, and made where it was moved away.
    void reopenFile();

    [[nodiscard]] core::LogLevel level() const { return level_; }
    void setLevel(core::LogLevel level) { level_ = level; }

private:
    core::LogLevel level_;
    std::unique_ptr<LogSink> main_;
    std::unique_ptr<LogSink> file_;
};

/// The level set by the environment: $HEALER_LOG, else $RUST_LOG if it is a plain level.
[[nodiscard]] std::optional<core::LogLevel> logLevelFromEnvironment();

/// One line of text (further lines of a message are indented), without a newline: time, level, message.
/// Control characters are escaped, so that no text can forge a line or contain a terminal escape sequence.
[[nodiscard]] std::string plainLine(const LogEntry& entry);

} // namespace healer::runtime
