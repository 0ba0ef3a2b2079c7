// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/environment.hpp"

#include <optional>
#include <string>

namespace healer::config {

/// Why somebody other than root could change or replace what an absolute path leads to; nothing when nobody
/// could. Looks at every directory and symlink on the way: one that belongs to another user, or that its
/// group or others may write (save for root's own entries in a sticky directory such as /tmp), is enough. A
/// part that cannot be looked at is an answer too.
[[nodiscard]] std::optional<std::string> exposure(const std::string& path, const FileProbe& files);

/// The same question about one file or directory by itself; `what` names it in the answer.
[[nodiscard]] std::optional<std::string> exposureOf(const std::string& what, const FileFacts& facts);

} // namespace healer::config
