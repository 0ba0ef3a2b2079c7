// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime_directory.hpp"

#include "runtime/patience.hpp"
#include "runtime/safe_open.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace healer::daemon {

namespace {

std::string reason() {
    return std::generic_category().message(errno);
}

std::string baseDirectory() {
    if (const char* directory = std::getenv("RUNTIME_DIRECTORY"); directory != nullptr && *directory == '/') {
        const std::string list(directory);
        return list.substr(0, list.find(':'));
    }
    if (geteuid() == 0) {
        return "/run/healer";
    }
    if (const char* directory = std::getenv("XDG_RUNTIME_DIR"); directory != nullptr && *directory == '/') {
        return std::string(directory) + "/healer";
    }
    return "/tmp/healer-" + std::to_string(geteuid());
}

/// FNV-1a: the same folder for the same path in every version of Healer.
std::string fingerprint(const std::string& text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char character : text) {
        hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3U;
    }
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash));
    return digits.data();
}

/// Creates a directory, or accepts one that no other user can change.
core::Result<void> ownDirectory(const std::string& path, mode_t mode) {
    if (mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
        return core::Error{"cannot create the directory " + path + ": " + reason()};
    }
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return core::Error{path + " is not a directory"};
    }
    if (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return core::Error{"the directory " + path +
                           " can be changed by other users; it must belong to user " +
                           std::to_string(geteuid()) + " and be writable by its owner only"};
    }
    return {};
}

std::string holder(int fd) {
    std::array<char, 32> text{};
    const ssize_t count = pread(fd, text.data(), text.size() - 1, 0);
    const long pid = count > 0 ? std::strtol(text.data(), nullptr, 10) : 0;
    return pid > 0 ? " as PID " + std::to_string(pid) : "";
}

/// Opens a file that belongs to Healer for its PID, or creates it with this mode.
core::Result<runtime::UniqueFd> openOwn(const std::string& path, mode_t mode) {
    constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    runtime::UniqueFd fd(open(path.c_str(), kFlags, mode));
    struct stat status {};
    if (!fd || fstat(fd.get(), &status) != 0) {
        return core::Error{"cannot open " + path + ": " + reason()};
    }
    if (!S_ISREG(status.st_mode) || status.st_nlink != 1) {
        return core::Error{path + " is not a regular file with one name"};
    }
    return fd;
}

core::Result<void> writePid(int fd, const std::string& path) {
    const std::string pid = std::to_string(getpid()) + "\n";
    if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0) {
        return core::Error{"cannot write " + path + ": " + reason()};
    }
    return {};
}

/// Locks a file that no other user can open: a user who may read a file could also lock it.
core::Result<runtime::UniqueFd> lockFile(const std::string& path) {
    auto fd = openOwn(path, 0600);
    if (!fd.ok()) {
        return fd.error();
    }
    if (flock(fd->get(), LOCK_EX | LOCK_NB) != 0) {
        return core::Error{"another Healer is already running" + holder(fd->get()) + " (its lock " + path +
                               " is locked); stop it first",
                           core::ErrorKind::busy};
    }
    if (auto written = writePid(fd->get(), path); !written.ok()) {
        return written.error();
    }
    return fd;
}

} // namespace

core::Result<RuntimeDirectory> RuntimeDirectory::open(const std::string& configPath) {
    const std::string base = baseDirectory();
    if (auto made = ownDirectory(base, 0755); !made.ok()) {
        return made.error();
    }
    std::array<char, PATH_MAX> resolved{};
    const bool known = realpath(configPath.c_str(), resolved.data()) != nullptr;
    const std::string path = base + "/" + fingerprint(known ? resolved.data() : configPath);
    if (auto made = ownDirectory(path, 0700); !made.ok()) {
        return made.error();
    }
    auto lock = lockFile(path + "/lock");
    if (!lock.ok()) {
        return lock.error();
    }
    return RuntimeDirectory(path, std::move(*lock));
}

core::Result<PidFile> PidFile::create(const std::string& directory) {
    if (auto made = runtime::makeOwnDirectory(directory, 0755); !made.ok()) {
        return made.error().in("pid_file_directory");
    }
    auto lock = lockFile(directory + "/.healer.lock");
    if (!lock.ok()) {
        return lock.error();
    }
    const std::string path = directory + "/healer.pid";
    const auto file = openOwn(path, 0644);
    if (!file.ok()) {
        return file.error();
    }
    if (auto written = writePid(file->get(), path); !written.ok()) {
        return written.error();
    }
    return PidFile(path, std::move(*lock));
}

PidFile::~PidFile() {
    if (lock_) {
        (void)runtime::workPatiently([path = path_] { unlink(path.c_str()); });
    }
}

} // namespace healer::daemon
