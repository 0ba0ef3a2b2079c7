// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <functional>
#include <optional>
#include <string>

namespace healer::config {

/// The inputs of the search for a configuration.
struct SearchFacts {
    std::function<std::optional<std::string>(const char* name)> variable; ///< of the environment
    std::function<core::Result<void>(const std::string& path)>
        readable;                 ///< an error says why it cannot be read
    std::string currentDirectory; ///< absolute
    std::string home;             ///< from the user database, used if $HOME is not set; may be empty
};

/// Those of this process.
[[nodiscard]] SearchFacts systemSearchFacts();

/// The absolute path of the configuration file: the one given, else $HEALER_CONFIG, else the first that
/// exists of ./config.yaml, ./healer.yaml, the same two in /etc/healer, and healer/config.yaml in the
/// configuration directory of the user. It is an error if a named file does not exist, or if no file is
/// found; the latter lists all places that were searched.
[[nodiscard]] core::Result<std::string> findConfig(const std::optional<std::string>& fromCommandLine,
                                                   const SearchFacts& facts = systemSearchFacts());

} // namespace healer::config
