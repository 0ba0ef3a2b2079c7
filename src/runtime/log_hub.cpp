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

std::string timeStamp() {
    const auto now = std::chrono::system_clock::now();
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

void appendEscaped(std::string& line, unsigned char byte) {
    std::array<char, 8> escaped{};
    std::snprintf(escaped.data(), escaped.size(), "\\x%02x", byte);
    line += escaped.data();
}

/// Nothing in it steers a terminal: control characters (C1 too, which are two bytes) and what is no UTF-8 are
/// shown as escapes.
void appendShown(std::string& line, std::string_view text) {
    std::size_t bad = config::firstBadByte(text).value_or(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool c1 = byte == 0xc2 && at < bad && static_cast<unsigned char>(text[at + 1]) < 0xa0;
        if (byte == '\n') {
            // Indented, so that no text can pass for an entry of its own.
            line += "\n    ";
        } else if (c1) {
            appendEscaped(line, byte);
            appendEscaped(line, static_cast<unsigned char>(text[++at]));
        } else if (byte < 0x20 || byte == 0x7f || at == bad) {
            appendEscaped(line, byte);
        } else {
            line += text[at];
        }
        if (at == bad) {
            bad = at + 1 + config::firstBadByte(text.substr(at + 1)).value_or(text.size());
        }
    }
}

} // namespace

void LogHub::write(const LogEntry& entry) {
    if (entry.level > level_) {
        return;
    }
    if (main_) {
        main_->write(entry);
    }
    for (const auto& sink : sinks_) {
        sink->write(entry);
    }
    if (file_) {
        file_->write(entry);
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
    std::string line = timeStamp() + " ";
    std::string word(core::toString(entry.level));
    for (char& letter : word) {
        letter = static_cast<char>(letter - 'a' + 'A');
    }
    word.resize(6, ' ');
    line += word;
    appendShown(line, entry.message);
    return line;
}

} // namespace healer::runtime
