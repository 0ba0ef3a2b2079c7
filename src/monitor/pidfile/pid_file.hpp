// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace healer::monitor::pidfile {

/// The PID in the text of a PID file: the first word, in decimal digits. What follows it, as in the files of
/// PostgreSQL, sendmail, Qt and HAProxy, is of no interest.
[[nodiscard]] core::Result<pid_t> parsePid(std::string_view text);

/// The content of a PID file, and the user who may have written it.
struct PidNote {
    pid_t pid = 0;
    uid_t writer = 0;          ///< owner of the file
    bool byOwnerAlone = false; ///< no group but root's, and no other user, may write it
};

/// Reads a PID file that any user may have tampered with: a regular file only (nothing else is opened), of
/// which at most 64 bytes are read; a symbolic link as the last component only when it belongs to root or
/// `owner`. Never blocks. Errors are sentences that name the path and never quote the content.
[[nodiscard]] core::Result<PidNote> readPidFile(const std::string& path, uid_t owner);

/// Whether only root can have put a file at this path: no other user can change a folder or link on it.
[[nodiscard]] bool isPlaceOfRoot(const std::string& path);

/// Changes when a file is written or replaced; with an equal stamp the file need not be read again.
struct FileStamp {
    dev_t device = 0;
    ino_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modifiedNs = 0;
    std::int64_t changedNs = 0;

    bool operator==(const FileStamp&) const = default;
};

/// None when there is no file.
[[nodiscard]] std::optional<FileStamp> stampOf(const std::string& path);

} // namespace healer::monitor::pidfile
