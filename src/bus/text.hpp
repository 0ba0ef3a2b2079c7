// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace healer::bus {

inline constexpr const char* kServiceName = "org.healer";
inline constexpr const char* kManagerPath = "/org/healer";

/// /org/healer/process/NAME, the name escaped as sd_bus_path_encode(3) does.
[[nodiscard]] std::string processPath(const std::string& name);

/// The text with every byte that is not part of valid UTF-8, and every NUL, replaced by U+FFFD. The bus
/// disconnects a sender of anything else, and names, arguments and error texts come from outside.
[[nodiscard]] std::string validUtf8(std::string_view text);
[[nodiscard]] std::vector<std::string> validUtf8(const std::vector<std::string>& texts);

} // namespace healer::bus
