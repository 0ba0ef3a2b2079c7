// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/monitor.hpp"

namespace healer::monitor::unit {

/// `type: unit`: a unit of systemd, followed through PID 1's own signals.
[[nodiscard]] const Kind& kind();

} // namespace healer::monitor::unit
