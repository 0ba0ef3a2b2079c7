// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "runtime/unique_fd.hpp"

#include <optional>
#include <string>

namespace healer::daemon {

/// The directory for state that must survive this process, locked against a second Healer with the same
/// configuration.
///
/// The directory is $RUNTIME_DIRECTORY (systemd), else /run/healer as root, else $XDG_RUNTIME_DIR/healer,
/// else /tmp/healer-UID. Each configuration file has its own folder in it, so that Healers with different
/// configurations do not interfere.
class RuntimeDirectory {
public:
    /// Creates and locks it. Errors: it cannot be created, another user can change it, another Healer holds
    /// the lock (the message names its PID).
    [[nodiscard]] static core::Result<RuntimeDirectory> open(const std::string& configPath);

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    RuntimeDirectory(std::string path, runtime::UniqueFd lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::string path_;
    runtime::UniqueFd lock_;
};

/// healer.pid of `pid_file_directory`: readable by all users, and removed at the end. Its lock is a separate
/// file, .healer.lock, which only Healer's user can open, and which is kept.
class PidFile {
public:
    PidFile() = default;
    PidFile(PidFile&&) noexcept = default;
    PidFile& operator=(PidFile&&) noexcept = default;
    PidFile(const PidFile&) = delete;
    PidFile& operator=(const PidFile&) = delete;
    ~PidFile();

    /// Errors: the directory cannot be created or (as root) can be changed by other users, another Healer
    /// holds the lock (the message names its PID).
    [[nodiscard]] static core::Result<PidFile> create(const std::string& directory);

private:
    PidFile(std::string path, runtime::UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

    std::string path_;
    runtime::UniqueFd lock_;
};

} // namespace healer::daemon
