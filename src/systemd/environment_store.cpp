// SPDX-License-Identifier: Apache-2.0
#include "systemd/environment_store.hpp"

#include "runtime/safe_open.hpp"
#include "runtime/unique_fd.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace healer::systemd {

namespace {

constexpr mode_t kSecret = 0600;
constexpr mode_t kSecretFolder = 0700;
constexpr std::string_view kEscapedAt = "\\x40"; ///< in the name of a unit

std::vector<std::string> entriesOf(const std::string& folder) {
    std::vector<std::string> names;
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), &::closedir);
    while (const dirent* entry = open ? ::readdir(open.get()) : nullptr) {
        const std::string_view name(entry->d_name);
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    return names;
}

bool holds(const std::string& path, const std::string& text) {
    const runtime::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    std::string found(text.size() + 1, '\0');
    std::size_t length = 0;
    while (file && length < found.size()) {
        const ssize_t count = ::read(file.get(), found.data() + length, found.size() - length);
        if (count <= 0) {
            break;
        }
        length += static_cast<std::size_t>(count);
    }
    return file && std::string_view(found).substr(0, length) == text;
}

bool writeAll(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(file, text.data(), text.size());
        if (count <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// systemd reads the path as a pattern, in which the backslash of an escaped '@' has a meaning.
std::string folderName(const std::string& unit) {
    std::string name = unit;
    for (std::size_t at = 0; (at = name.find(kEscapedAt, at)) != std::string::npos; ++at) {
        name.replace(at, kEscapedAt.size(), 1, '@');
    }
    return name;
}

std::string unitOf(const std::string& folder) {
    std::string unit = folder;
    for (std::size_t at = 0; (at = unit.find('@', at)) != std::string::npos; at += kEscapedAt.size()) {
        unit.replace(at, 1, kEscapedAt);
    }
    return unit;
}

std::string randomName() {
    std::uint64_t number = 0;
    while (::getrandom(&number, sizeof number, 0) != sizeof number) {
    }
    std::array<char, 17> digits{};
    (void)std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(number));
    return digits.data();
}

core::Result<std::string> write(const std::string& folder, const std::string& text) {
    const std::string path = folder + "/" + randomName();
    const runtime::UniqueFd file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kSecret));
    if (!file) {
        return core::Error{"cannot create " + path + ": " + std::strerror(errno)};
    }
    if (!writeAll(file.get(), text)) {
        const int error = errno;
        ::unlink(path.c_str());
        return core::Error{"cannot write " + path + ": " + std::strerror(error)};
    }
    return path;
}

} // namespace

std::string environmentFileText(const std::map<std::string, std::string>& variables) {
    // Between double quotes a line end is a part of the value; these characters are not without a backslash.
    constexpr std::string_view kSpecial = "\"\\`$";
    std::string text;
    for (const auto& [name, value] : variables) {
        text += name + "=\"";
        for (const char letter : value) {
            if (kSpecial.find(letter) != std::string_view::npos) {
                text += '\\';
            }
            text += letter;
        }
        text += "\"\n";
    }
    return text;
}

namespace {

std::string pathIn(const std::string& folder, const std::string& name) {
    std::string path = folder;
    path.append("/").append(name);
    return path;
}

} // namespace

core::Result<std::string> EnvironmentStore::keep(const std::string& unit,
                                                 const std::map<std::string, std::string>& variables) const {
    const std::string text = environmentFileText(variables);
    const std::string folder = folder_ + "/" + folderName(unit);
    for (const auto& name : entriesOf(folder)) {
        std::string path = pathIn(folder, name);
        if (holds(path, text)) {
            return path;
        }
    }
    const std::string above = folder_.substr(0, folder_.rfind('/'));
    for (const auto& [path, mode] : {std::pair(above, mode_t{0755}), std::pair(folder_, kSecretFolder),
                                     std::pair(folder, kSecretFolder)}) {
        if (auto made = runtime::makeOwnDirectory(path, mode); !made) {
            return made.error();
        }
    }
    return write(folder, text);
}

void EnvironmentStore::removeOthers(const std::string& unit, std::string_view kept) const {
    const std::string folder = folder_ + "/" + folderName(unit);
    for (const auto& name : entriesOf(folder)) {
        const std::string path = pathIn(folder, name);
        if (path != kept) {
            ::unlink(path.c_str());
        }
    }
    if (kept.empty()) {
        ::rmdir(folder.c_str());
    }
}

std::vector<std::string> EnvironmentStore::units() const {
    auto names = entriesOf(folder_);
    std::transform(names.begin(), names.end(), names.begin(), unitOf);
    return names;
}

} // namespace healer::systemd
