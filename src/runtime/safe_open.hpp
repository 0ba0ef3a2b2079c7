// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "runtime/unique_fd.hpp"

#include <sys/types.h>

#include <string>

namespace healer::runtime {

/// An opened output file, or the reason why only the user of the process may open it.
struct AppendFile {
    UniqueFd file;         ///< empty when the path is not trusted
    std::string untrusted; ///< a sentence that names the directory that other users can change; empty when
                           ///< `file` is set
};

/// Opens a file for appending, or creates it with mode 0640.
///
/// As root, only if no other user can change what the path names: each directory on the path, after following
/// symbolic links, must belong to root or the effective user and be writable only by its owner. A sticky
/// directory like /tmp is accepted except as the last one, and no link in it is followed. The walk holds
/// every directory open, so that replacing one meanwhile has no effect, and accesses nothing below the first
/// one that is not trusted. The last component must not be a symbolic link, and must be a regular file or a
/// character device; a FIFO never blocks.
///
/// As an ordinary user no directory is refused and links are followed: the permission checks of the kernel
/// suffice.
[[nodiscard]] core::Result<AppendFile> openForAppend(const std::string& path);

/// The same for the loop: a file that has to be created is waited for briefly (50 ms), as that hangs for as
/// long as its file system is frozen. An existing one is opened nevertheless.
[[nodiscard]] core::Result<AppendFile> openForAppendSoon(const std::string& path);

/// Creates a directory if it does not exist, but not its parents. As root the path and the directory itself
/// must meet the rules of openForAppend(); otherwise this is an error and nothing is created.
[[nodiscard]] core::Result<void> makeOwnDirectory(const std::string& path, mode_t mode);

} // namespace healer::runtime
