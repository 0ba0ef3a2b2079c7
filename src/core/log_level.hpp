// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace healer::core {

/// The words of `log_level`, $HEALER_LOG and $RUST_LOG.
inline constexpr std::array<std::pair<std::string_view, LogLevel>, 5> kLogLevelWords{{
    {"error", LogLevel::error},
    {"warn", LogLevel::warn},
    {"info", LogLevel::info},
    {"debug", LogLevel::debug},
    {"trace", LogLevel::trace},
}};

/// "error", "warn", "info", "debug" or "trace".
[[nodiscard]] std::string_view toString(LogLevel level);
/// Nothing for any other word.
[[nodiscard]] std::optional<LogLevel> logLevelFromWord(std::string_view word);

} // namespace healer::core
