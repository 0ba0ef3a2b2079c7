// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/environment.hpp"
#include "core/result.hpp"

#include <string>
#include <vector>

/// Reads configuration files safely: a FIFO cannot block it, and root reads no file that another user could
/// have written.
namespace healer::config {

/// The text of a regular file of at most kMaxFileBytes. For root it is an error if another user could have
/// changed or replaced the file (see exposure()).
[[nodiscard]] core::Result<std::string> readConfigFile(const std::string& path, const Environment& who);

/// The paths of the *.yaml files in this directory, sorted by name, without hidden files; empty if there is
/// no such directory. For root it is an error if another user can write to the directory.
[[nodiscard]] core::Result<std::vector<std::string>> listConfigParts(const std::string& directory,
                                                                     const Environment& who);

} // namespace healer::config
