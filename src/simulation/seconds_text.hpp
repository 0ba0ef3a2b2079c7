// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"

#include <string>

namespace healer::simulation {

/// Seconds to the millisecond: "10.000".
[[nodiscard]] std::string secondsText(core::Duration duration);

} // namespace healer::simulation
