// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace healer::bus {

inline constexpr const char* kServiceName = "org.healer";
inline constexpr const char* kManagerPath = "/org/healer";

/// /org/healer/process/NAME, the name escaped as sd_bus_path_encode(3) does.
[[nodiscard]] std::string processPath(const std::string& name);

} // namespace healer::bus
