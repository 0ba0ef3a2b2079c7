// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace healer::core {

/// A program that puts itself into the background does so within this time after its start.
inline constexpr std::chrono::seconds kForksWithin(1);

} // namespace healer::core
