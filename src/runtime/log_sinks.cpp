// SPDX-License-Identifier: Apache-2.0
#include "runtime/log_sinks.hpp"

#include "runtime/safe_open.hpp"

#include <systemd/sd-journal.h>

#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

namespace healer::runtime {

namespace {

int priority(core::LogLevel level) {
    switch (level) {
    case core::LogLevel::error:
        return LOG_ERR;
    case core::LogLevel::warn:
        return LOG_WARNING;
    case core::LogLevel::info:
        return LOG_INFO;
    case core::LogLevel::debug:
    case core::LogLevel::trace:
        return LOG_DEBUG;
    }
    return LOG_INFO;
}

class JournalSink final : public LogSink {
public:
    void write(const LogEntry& entry) override {
        std::vector<std::string> fields;
        fields.reserve(entry.fields.size() + 4);
        fields.push_back("MESSAGE=" + entry.message);
        fields.push_back("PRIORITY=" + std::to_string(priority(entry.level)));
        fields.emplace_back("SYSLOG_IDENTIFIER=healer");
        if (!entry.messageId.empty()) {
            fields.push_back("MESSAGE_ID=" + std::string(entry.messageId));
        }
        for (const auto& [name, value] : entry.fields) {
            fields.push_back(std::string(name) + "=" + value);
        }
        std::vector<iovec> vector;
        vector.reserve(fields.size());
        for (auto& field : fields) {
            vector.push_back({field.data(), field.size()});
        }
        // Without a journal the entry is lost; healing goes on.
        (void)sd_journal_sendv(vector.data(), static_cast<int>(vector.size()));
    }
};

/// Others may have made the descriptor non-blocking.
void writeAll(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(fd, text.data(), text.size());
        if (count > 0) {
            text.remove_prefix(static_cast<std::size_t>(count));
            continue;
        }
        pollfd ready{fd, POLLOUT, 0};
        const bool again = errno == EINTR || (errno == EAGAIN && poll(&ready, 1, -1) == 1);
        if (count == 0 || !again) {
            return;
        }
    }
}

class StderrSink final : public LogSink {
public:
    void write(const LogEntry& entry) override { writeAll(STDERR_FILENO, plainLine(entry) + "\n"); }
};

class FileSink final : public LogSink {
public:
    explicit FileSink(LogFileSettings settings) : settings_(std::move(settings)) {}

    core::Result<void> open() {
        const std::string file = path(0);
        auto opened = openForAppend(file);
        if (!opened.ok()) {
            return opened.error();
        }
        struct stat status {};
        if (!opened->file || fstat(opened->file.get(), &status) != 0 || status.st_nlink != 1) {
            return core::Error{"cannot log to " + file + ": " +
                               (opened->file ? "it has more than one hard link" : opened->untrusted)};
        }
        fd_ = std::move(opened->file);
        device_ = status.st_dev;
        inode_ = status.st_ino;
        return {};
    }

    void write(const LogEntry& entry) override {
        const std::string line = plainLine(entry) + "\n";
        struct stat status {};
        const bool there = lstat(path(0).c_str(), &status) == 0;
        if (!there || status.st_dev != device_ || status.st_ino != inode_) {
            reopen();
        } else if (status.st_size > 0 &&
                   static_cast<std::uint64_t>(status.st_size) + line.size() > settings_.maxBytes) {
            rotate();
        }
        if (fd_) {
            (void)!::write(fd_.get(), line.data(), line.size());
        }
    }

    /// Where that fails, the file that is open is written on.
    void reopen() override { (void)open().ok(); }

private:
    [[nodiscard]] std::string path(unsigned generation) const {
        const std::string base = settings_.directory + "/healer.log";
        return generation == 0 ? base : base + "." + std::to_string(generation);
    }

    void rotate() {
        for (unsigned generation = settings_.keep; generation > 0; --generation) {
            std::rename(path(generation - 1).c_str(), path(generation).c_str());
        }
        fd_.reset();
        (void)open().ok();
    }

    LogFileSettings settings_;
    UniqueFd fd_;
    /// What is open. logrotate or an administrator may have moved it away, and put another file in its place.
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

} // namespace

bool stderrIsJournal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) {
        return false;
    }
    return std::string_view(stream) == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

bool journalAvailable() {
    return access("/run/systemd/journal/socket", W_OK) == 0;
}

std::unique_ptr<LogSink> makeJournalSink() {
    return std::make_unique<JournalSink>();
}

std::unique_ptr<LogSink> makeStderrSink() {
    return std::make_unique<StderrSink>();
}

core::Result<std::unique_ptr<LogSink>> makeFileSink(LogFileSettings settings) {
    if (auto made = makeOwnDirectory(settings.directory, 0750); !made.ok()) {
        return made.error().in("cannot log");
    }
    auto sink = std::make_unique<FileSink>(std::move(settings));
    if (auto opened = sink->open(); !opened.ok()) {
        return opened.error();
    }
    return std::unique_ptr<LogSink>(std::move(sink));
}

} // namespace healer::runtime
