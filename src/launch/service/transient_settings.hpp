// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "launch/launcher.hpp"
#include "systemd/transient_unit.hpp"

#include <optional>
#include <string>

namespace healer::launch::service {

/// `secrets`: the file that holds the environment of the order.
[[nodiscard]] systemd::TransientUnit settingsFor(const LaunchOrder& order,
                                                 const std::optional<std::string>& secrets);

/// PID 1 opens the output as root. A file that others could have swapped is opened by a step before the
/// program instead, as its user; root's own programs are refused. Creates the file where PID 1 opens it.
[[nodiscard]] core::Result<void> chooseOutput(systemd::TransientUnit& settings);

} // namespace healer::launch::service
