// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/field.hpp"

#include <optional>
#include <string>

namespace healer::config {

/// The unit name with its suffix: "nginx" is "nginx.service".
[[nodiscard]] std::string completeUnitName(const std::string& name);

/// The name of a unit that Healer can recover, with its suffix. Reports any other value.
[[nodiscard]] std::optional<std::string> readUnitName(const Field& field);

} // namespace healer::config
