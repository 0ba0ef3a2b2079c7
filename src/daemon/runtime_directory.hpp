// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "runtime/unique_fd.hpp"

#include <optional>
#include <string>

namespace healer::daemon {

/// Where this Healer keeps what must survive it, locked against a second Healer on the same configuration.
///
/// The directory is $RUNTIME_DIRECTORY (systemd), else /run/healer as root, else $XDG_RUNTIME_DIR/healer,
/// else /tmp/healer-UID; within it each configuration file has a folder of its own, so that Healers on
/// different configurations do not meet.
class RuntimeDirectory {
public:
    /// Makes and locks it. Errors: cannot be made, belongs to somebody else, a live Healer holds it (its PID
    /// is named).
    [[nodiscard]] static core::Result<RuntimeDirectory> open(const std::string& configPath);

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    RuntimeDirectory(std::string path, runtime::UniqueFd lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::string path_;
    runtime::UniqueFd lock_;
};

/// healer.pid of `pid_file_directory`: everybody may read it, and it is removed at the end. The lock that
/// goes with it is in a file of its own, .healer.lock, which only Healer's user can open, and which stays.
class PidFile {
public:
    PidFile() = default;
    PidFile(PidFile&&) noexcept = default;
    PidFile& operator=(PidFile&&) noexcept = default;
    PidFile(const PidFile&) = delete;
    PidFile& operator=(const PidFile&) = delete;
    ~PidFile();

    /// Errors: the directory cannot be made or (as root) can be changed by others, another live Healer holds
    /// the lock (its PID is named).
    [[nodiscard]] static core::Result<PidFile> create(const std::string& directory);

private:
    PidFile(std::string path, runtime::UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

    std::string path_;
    runtime::UniqueFd lock_;
};

} // namespace healer::daemon
