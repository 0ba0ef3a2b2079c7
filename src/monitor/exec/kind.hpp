// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/monitor.hpp"

namespace healer::monitor::exec {

/// A service that is asked over the exec or a local socket.
[[nodiscard]] const Kind& kind();

} // namespace healer::monitor::exec
