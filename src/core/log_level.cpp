// SPDX-License-Identifier: Apache-2.0
#include "core/log_level.hpp"

namespace healer::core {

std::string_view toString(LogLevel level) {
    for (const auto& [word, value] : kLogLevelWords) {
        if (value == level) {
            return word;
        }
    }
    return "info";
}

std::optional<LogLevel> logLevelFromWord(std::string_view word) {
    for (const auto& [known, value] : kLogLevelWords) {
        if (known == word) {
            return value;
        }
    }
    return std::nullopt;
}

} // namespace healer::core
