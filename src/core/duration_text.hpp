// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"

#include <string>

namespace healer::core {

/// A duration for a sentence: "250 ms", "1.5 s", "3 min 5 s", "2 h 10 min". Never more precise than it is
/// useful.
[[nodiscard]] std::string durationText(Duration duration);

} // namespace healer::core
