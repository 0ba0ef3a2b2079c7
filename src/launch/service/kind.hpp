// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/launcher.hpp"

namespace healer::launch::service {

/// PID 1 starts the program, as transient unit healer-NAME.service, so that it belongs to no service of
/// Healer's. A unit that an operator stopped through systemd since its instance came up is not started:
/// event::StoppedOnPurpose takes the place of the answer, once. One that another client has restarted is
/// answered with that instance. A program that ends before its PID can be read is answered with its PID,
/// start time 0, and event::Down. A program that may fork is answered with the process that was started,
/// start time 0 when it has ended since. Needs a manager.
[[nodiscard]] const Kind& kind();

} // namespace healer::launch::service
