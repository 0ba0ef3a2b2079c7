// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/monitor.hpp"

namespace healer::monitor::ebpf {

/// The kernel tells of the end of the followed process at once, and how it ended.
[[nodiscard]] const Kind& kind();

} // namespace healer::monitor::ebpf
