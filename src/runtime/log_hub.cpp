// SPDX-License-Identifier: Apache-2.0
#include "runtime/log_hub.hpp"

#include "config/utf8.hpp"
#include "core/log_level.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <utility>

namespace healer::runtime {

namespace {

constexpr core::Duration kPatienceAtTheEnd = std::chrono::milliseconds(250);

std::string timeStamp(std::chrono::system_clock::time_point now) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
    std::tm local{};
    localtime_r(&seconds, &local);
    std::array<char, 64> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &local);
    std::snprintf(text.data() + length, text.size() - length, ".%03lld",
                  static_cast<long long>(milliseconds));
    return text.data();
}

/// What is wrong with one destination is reported to the other.
void passOn(LogSink* from, LogSink* to) {
    std::string complaint = from != nullptr && to != nullptr ? from->takeComplaint() : std::string();
    if (!complaint.empty()) {
        to->write({core::LogLevel::warn, std::move(complaint)});
    }
}

} // namespace

LogHub::~LogHub() {
    for (auto* sink : {main_.get(), file_.get()}) {
        if (sink != nullptr) {
            sink->finish(kPatienceAtTheEnd);
        }
    }
}

void LogHub::write(const LogEntry& entry) {
    if (!wants(entry.level)) {
        return;
    }
    if (main_) {
        main_->write(entry);
    }
    if (file_) {
        file_->write(entry);
    }
    passOn(file_.get(), main_.get());
    passOn(main_.get(), file_.get());
}

void LogHub::reopenFile() {
    if (file_) {
        file_->reopen();
    }
}

std::optional<core::LogLevel> logLevelFromEnvironment() {
    for (const char* variable : {"HEALER_LOG", "RUST_LOG"}) {
        if (const char* value = std::getenv(variable); value != nullptr) {
            if (const auto level = core::logLevelFromWord(value)) {
                return level;
            }
        }
    }
    return std::nullopt;
}

std::string plainLine(const LogEntry& entry) {
    const bool dated = entry.at != std::chrono::system_clock::time_point();
    std::string line = timeStamp(dated ? entry.at : std::chrono::system_clock::now()) + " ";
    std::string word(core::toString(entry.level));
    for (char& letter : word) {
        letter = static_cast<char>(letter - 'a' + 'A');
    }
    word.resize(6, ' ');
    line += word;
    std::string_view rest(entry.message);
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        // Indented, so that no text can look like a separate entry.
        line += config::escaped(rest.substr(0, end)) + "\n    ";
        rest.remove_prefix(end + 1);
    }
    line += config::escaped(rest);
    return line;
}

} // namespace healer::runtime
