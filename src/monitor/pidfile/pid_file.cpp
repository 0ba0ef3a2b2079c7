// SPDX-License-Identifier: Apache-2.0
#include "monitor/pidfile/pid_file.hpp"

#include "config/exposure.hpp"
#include "runtime/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace healer::monitor::pidfile {

namespace {

constexpr std::size_t kLimit = 64;

core::Error wrong(const std::string& path, const std::string& what) {
    return core::Error{"PID file " + path + " " + what};
}

core::Error unreadable(const std::string& path, int error) {
    return wrong(path, error == ENOENT || error == ENOTDIR
                           ? std::string("is missing")
                           : std::string("cannot be read: ") + std::strerror(error));
}

/// Opens the file with O_PATH, which opens no device and wakes no writer of a FIFO, and reads its attributes.
core::Result<runtime::UniqueFd> locate(const std::string& path, uid_t owner, struct stat& found) {
    runtime::UniqueFd fd(open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!fd || fstat(fd.get(), &found) != 0) {
        return unreadable(path, errno);
    }
    if (S_ISLNK(found.st_mode)) {
        if (found.st_uid != 0 && found.st_uid != owner) {
            return wrong(path, "is a symbolic link of another user, which is not followed");
        }
        fd.reset(open(path.c_str(), O_PATH | O_CLOEXEC));
        if (!fd || fstat(fd.get(), &found) != 0) {
            return unreadable(path, errno);
        }
    }
    if (!S_ISREG(found.st_mode)) {
        return wrong(path, "is not a regular file");
    }
    return fd;
}

} // namespace

core::Result<pid_t> parsePid(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    const auto begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) {
        return core::Error{"is empty"};
    }
    text.remove_prefix(begin);
    text = text.substr(0, text.find_first_of(kBlanks));
    if (text.size() >= kLimit) {
        return core::Error{"is too long to hold a PID"};
    }
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    if (error != std::errc() || end != text.data() + text.size() || pid <= 0) {
        return core::Error{"does not begin with a PID"};
    }
    return pid;
}

core::Result<PidNote> readPidFile(const std::string& path, uid_t owner) {
    struct stat found {};
    const auto location = locate(path, owner, found);
    if (!location) {
        return location.error();
    }
    const std::string same = "/proc/self/fd/" + std::to_string(location->get());
    const runtime::UniqueFd fd(open(same.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd) {
        return unreadable(path, errno);
    }
    std::array<char, kLimit> text{};
    const ssize_t length = read(fd.get(), text.data(), text.size());
    if (length < 0) {
        return unreadable(path, errno);
    }
    const auto pid = parsePid(std::string_view(text.data(), static_cast<std::size_t>(length)));
    if (!pid) {
        return wrong(path, pid.error().message);
    }
    const bool byGroup = (found.st_mode & S_IWGRP) != 0 && found.st_gid != 0;
    return PidNote{*pid, found.st_uid, !byGroup && (found.st_mode & S_IWOTH) == 0};
}

bool isPlaceOfRoot(const std::string& path) {
    const auto system = config::systemEnvironment();
    std::error_code failed;
    const std::string real = std::filesystem::canonical(path, failed).string();
    if (failed) {
        return false;
    }
    const auto isSafe = [&](const std::string& file) {
        return !config::exposure(std::filesystem::path(file).parent_path().string(), *system.files);
    };
    return isSafe(path) && isSafe(real);
}

std::optional<FileStamp> stampOf(const std::string& path) {
    constexpr std::int64_t kNsPerSecond = 1'000'000'000;
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0) {
        return std::nullopt;
    }
    return FileStamp{file.st_dev, file.st_ino, file.st_size,
                     file.st_mtim.tv_sec * kNsPerSecond + file.st_mtim.tv_nsec,
                     file.st_ctim.tv_sec * kNsPerSecond + file.st_ctim.tv_nsec};
}

} // namespace healer::monitor::pidfile
