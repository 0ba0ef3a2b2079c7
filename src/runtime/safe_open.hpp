// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "runtime/unique_fd.hpp"

#include <sys/types.h>

#include <string>

namespace healer::runtime {

/// An output file that was opened, or the reason why nobody but its own user may open it.
struct AppendFile {
    UniqueFd file;         ///< empty when the path is not trusted
    std::string untrusted; ///< a sentence: which directory others could change; empty when `file` is set
};

/// Opens a file for appending, creating it with mode 0640. As root, only where no other user can change what
/// the path names: each directory on the way, symbolic links followed, must belong to root or the effective
/// user and be writable by its owner alone; one like /tmp, where all may write but not touch what belongs to
/// others (sticky), may be passed through but not be the last, and no link in it is followed. The walk holds
/// every directory open, so that a swap in between has no effect. The last component may not be a symbolic
/// link, and only regular files and character devices are taken; a FIFO never blocks. As an ordinary user no
/// directory is refused and links are followed: the kernel's permission checks are all that is needed.
/// Touches no directory below the first one that is not trusted.
[[nodiscard]] core::Result<AppendFile> openForAppend(const std::string& path);

/// Makes a directory unless it is there, its parents not. As root the whole path and the directory itself
/// must be as openForAppend() wants them, else this is an error and nothing is made.
[[nodiscard]] core::Result<void> makeOwnDirectory(const std::string& path, mode_t mode);

} // namespace healer::runtime
