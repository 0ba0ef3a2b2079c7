// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/environment.hpp"

#include <optional>
#include <string>

namespace healer::config {

/// Why systemd cannot start this unit: it has no unit file, or is masked. Nothing where that cannot be said:
/// on a machine without systemd, and of kinds of units that need no file.
[[nodiscard]] std::optional<std::string> faultOfUnit(const std::string& unit, const FileProbe& files);

} // namespace healer::config
