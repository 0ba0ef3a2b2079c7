// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "launch/launcher.hpp"
#include "systemd/transient_unit.hpp"

namespace healer::launch::service {

[[nodiscard]] systemd::TransientUnit settingsFor(const LaunchOrder& order);

/// PID 1 opens the output as root: refuses a file that others could have swapped. Creates the file.
[[nodiscard]] core::Result<void> checkOutput(const systemd::TransientUnit& settings);

} // namespace healer::launch::service
