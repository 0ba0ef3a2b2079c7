// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>

namespace healer::systemd {

/// Removes the file and the drop-ins that PID 1 has written for a transient unit, which must not be running:
/// at its next Reload it forgets what the unit was, although others keep the name loaded. Success also where
/// it is gone. An error: what is loaded under this name comes from a unit file.
[[nodiscard]] core::Result<void> removeTransientFile(const std::string& unit);

} // namespace healer::systemd
