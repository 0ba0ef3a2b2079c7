// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/environment.hpp"
#include "core/result.hpp"

#include <string>
#include <vector>

/// Gets at configuration files without being led astray: by a FIFO that never answers, or by a file that
/// another user could have written.
namespace healer::config {

/// The text of a regular file, at most kMaxFileBytes of it. As root only of a file that nobody else could
/// have changed or exchanged (see exposure()).
[[nodiscard]] core::Result<std::string> readConfigFile(const std::string& path, const Environment& who);

/// The paths of the *.yaml files in this directory, sorted by name, hidden ones left out; none when there is
/// no such directory. As root only of a directory that nobody else can write.
[[nodiscard]] core::Result<std::vector<std::string>> listConfigParts(const std::string& directory,
                                                                     const Environment& who);

} // namespace healer::config
