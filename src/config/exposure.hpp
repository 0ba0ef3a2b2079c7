// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/environment.hpp"

#include <optional>
#include <string>

namespace healer::config {

/// Why a user other than root could change or replace the file that an absolute path leads to; nothing if
/// only root can. Checks every directory and symbolic link on the path: one that is owned by another user, or
/// is writable by others or by a group that is not root's, is enough (entries of root in a sticky directory
/// such as /tmp are safe). A part that cannot be inspected is a reason too.
[[nodiscard]] std::optional<std::string> exposure(const std::string& path, const FileProbe& files);

/// The same for one file or directory by itself; `what` is its name in the message.
[[nodiscard]] std::optional<std::string> exposureOf(const std::string& what, const FileFacts& facts);

} // namespace healer::config
