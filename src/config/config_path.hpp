// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <functional>
#include <optional>
#include <string>

namespace healer::config {

/// What the search for a configuration depends on.
struct SearchFacts {
    std::function<std::optional<std::string>(const char* name)> variable; ///< of the environment
    std::function<core::Result<void>(const std::string& path)> readable;  ///< else why not
    std::string currentDirectory;                                         ///< absolute
    std::string home; ///< of the user database, for when $HOME is not set; may be empty
};

/// The real ones.
[[nodiscard]] SearchFacts systemSearchFacts();

/// The absolute path of the configuration file: the one given, else $HEALER_CONFIG, else the first that there
/// is of
/// ./config.yaml, ./healer.yaml, the same two in /etc/healer, and config.yaml in the user's own
/// configuration. A file that was named but is not there is an error; so is finding none, with every place
/// that was searched.
[[nodiscard]] core::Result<std::string> findConfig(const std::optional<std::string>& fromCommandLine,
                                                   const SearchFacts& facts = systemSearchFacts());

} // namespace healer::config
