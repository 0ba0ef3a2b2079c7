// SPDX-License-Identifier: Apache-2.0
#include "runtime/spawn/environment_file.hpp"

#include "config/exposure.hpp"
#include "runtime/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace healer::runtime {

namespace {

constexpr std::size_t kLargest = 1024UL * 1024;
constexpr std::string_view kBlanks = " \t\r";

bool isName(std::string_view name) {
    const auto isLetter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
    return !name.empty() && isLetter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
        return isLetter(c) || (c >= '0' && c <= '9');
    });
}

std::string_view withoutTail(std::string_view text) {
    const auto last = text.find_last_not_of(kBlanks);
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// Takes the text apart from its start.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool atEnd() const { return rest_.empty(); }

    /// The name before '='; none where the line has no '=', or is a comment. Then the line has been skipped.
    std::optional<std::string> name() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
        if (rest_.starts_with('#') || rest_.starts_with(';')) {
            skipComment();
            return std::nullopt;
        }
        const auto end = rest_.find_first_of("=\n");
        const bool assigns = end != std::string_view::npos && rest_[end] == '=';
        const std::string found(withoutTail(rest_.substr(0, end)));
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        return assigns ? std::optional(found) : std::nullopt;
    }

    /// Up to the end of the line.
    std::string value() {
        std::string value;
        std::size_t kept = 0; // white space at the end is kept only within quotes
        bool begun = false;
        while (!rest_.empty()) {
            const char letter = next();
            if (letter == '\n') {
                break;
            }
            const bool blank = kBlanks.find(letter) != std::string_view::npos;
            // A quote in the middle of a plain word is an ordinary character.
            if (!begun && letter == '\'') {
                single(value);
            } else if (!begun && letter == '"') {
                doubled(value);
            } else if (!begun && blank) {
                continue;
            } else if (letter == '\\') {
                begun = true;
                if (const char escaped = rest_.empty() ? '\n' : next(); escaped != '\n') {
                    value += escaped;
                    kept = value.size();
                }
                continue;
            } else {
                begun = true;
                value += letter;
                kept = blank ? kept : value.size();
                continue;
            }
            kept = value.size();
        }
        value.resize(kept);
        return value;
    }

private:
    char next() {
        const char letter = rest_.front();
        rest_.remove_prefix(1);
        return letter;
    }
    void skipComment() {
        while (!rest_.empty()) {
            const char letter = next();
            if (letter == '\n') {
                return;
            }
            if (letter == '\\' && !rest_.empty()) {
                (void)next();
            }
        }
    }
    void single(std::string& value) {
        for (char letter = 0; !rest_.empty() && (letter = next()) != '\'';) {
            value += letter;
        }
    }
    void doubled(std::string& value) {
        constexpr std::string_view kEscapable = "\"\\`$";
        for (char letter = 0; !rest_.empty() && (letter = next()) != '"';) {
            if (letter != '\\' || rest_.empty()) {
                value += letter;
                continue;
            }
            const char escaped = next();
            if (kEscapable.find(escaped) != std::string_view::npos) {
                value += escaped;
            } else if (escaped != '\n') {
                value += '\\';
                value += escaped;
            }
        }
    }

    std::string_view rest_;
};

struct Entry {
    std::string path;
    bool mayBeMissing;
};

Entry entryOf(const std::string& text) {
    const bool mayBeMissing = text.starts_with('-');
    return {text.substr(mayBeMissing ? 1 : 0), mayBeMissing};
}

core::Error unusable(const std::string& path, const std::string& why) {
    return core::Error{"environment_file " + path + " " + why};
}

/// None: it is missing, and may be.
core::Result<UniqueFd> open(const Entry& entry) {
    UniqueFd file(::open(entry.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file) {
        if (errno == ENOENT && entry.mayBeMissing) {
            return UniqueFd();
        }
        return unusable(entry.path, errno == ENOENT ? "does not exist"
                                                    : "cannot be read: " + std::string(std::strerror(errno)));
    }
    struct stat found {};
    if (::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode)) {
        return unusable(entry.path, "is not a regular file");
    }
    if (::geteuid() == 0) {
        if (const auto reason = config::exposure(entry.path, *config::systemEnvironment().files)) {
            return unusable(entry.path, "must not be changeable by other users: " + *reason);
        }
    }
    return file;
}

} // namespace

std::map<std::string, std::string> parseEnvironment(std::string_view text) {
    std::map<std::string, std::string> variables;
    Reader reader(text);
    while (!reader.atEnd()) {
        const auto name = reader.name();
        if (!name) {
            continue;
        }
        auto value = reader.value();
        if (isName(*name)) {
            variables[*name] = std::move(value);
        }
    }
    return variables;
}

core::Result<void> checkEnvironmentFiles(const std::vector<std::string>& files) {
    for (const auto& text : files) {
        if (const auto file = open(entryOf(text)); !file) {
            return file.error();
        }
    }
    return {};
}

core::Result<std::map<std::string, std::string>> readEnvironmentFiles(const std::vector<std::string>& files) {
    std::map<std::string, std::string> variables;
    for (const auto& text : files) {
        const auto entry = entryOf(text);
        const auto file = open(entry);
        if (!file) {
            return file.error();
        }
        std::string content;
        std::array<char, 4096> buffer{};
        for (ssize_t count = 0; *file && (count = ::read(file->get(), buffer.data(), buffer.size())) > 0;) {
            content.append(buffer.data(), static_cast<std::size_t>(count));
            if (content.size() > kLargest) {
                return unusable(entry.path, "is larger than 1 MB");
            }
        }
        for (auto& [name, value] : parseEnvironment(content)) {
            variables[name] = std::move(value);
        }
    }
    return variables;
}

} // namespace healer::runtime
