// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/monitor.hpp"

namespace healer::monitor::pidfile {

/// The process whose PID a daemon writes into a file.
[[nodiscard]] const Kind& kind();

} // namespace healer::monitor::pidfile
