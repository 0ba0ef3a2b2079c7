// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/launcher.hpp"
#include "systemd/connection.hpp"

#include <memory>

namespace healer::launch::service {

/// PID 1 starts the program, as transient unit healer-NAME.service, so that it belongs to no service of
/// Healer's. A unit that somebody stopped through systemd since its instance came up is not started:
/// event::StoppedOnPurpose takes the place of the answer, once. One that somebody has restarted is answered
/// with that instance. A program that ends before its PID can be read is answered with its PID, start time 0,
/// and event::Down. A program that may fork is answered with the process that was started, start time 0 when
/// it has ended since. The bus outlives the result, which is its observer.
[[nodiscard]] std::unique_ptr<Launcher> makeService(LauncherContext context, systemd::Connection& bus);

} // namespace healer::launch::service
