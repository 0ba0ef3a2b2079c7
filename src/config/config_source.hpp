// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/environment.hpp"
#include "core/result.hpp"

#include <string>
#include <vector>

/// Reads configuration files safely: a FIFO cannot block it, and what another user could have written is
/// known.
namespace healer::config {

/// What is done with a file that another user could have written, when Healer is root.
enum class Exposed { isRead, isNotRead };

struct ConfigText {
    std::string text;     ///< empty where it was not read
    std::string exposure; ///< why another user could have changed or replaced the file; empty: none could
};

/// The text of a regular file of at most kMaxFileBytes.
[[nodiscard]] core::Result<ConfigText> readConfigFile(const std::string& path, const Environment& who,
                                                      Exposed exposed);

struct ConfigParts {
    std::vector<std::string> paths; ///< sorted by name
    std::string exposure;           ///< why another user could write to the directory; empty: none could
};

/// The *.yaml and *.yml files in this directory, without hidden files; none if there is no such directory.
[[nodiscard]] core::Result<ConfigParts> listConfigParts(const std::string& directory, const Environment& who);

} // namespace healer::config
