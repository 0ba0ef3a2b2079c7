// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <string>

namespace healer::config {

/// A table for people of what would be watched, one process a line, ended by a newline.
[[nodiscard]] std::string describePlan(const core::Plan& plan);

} // namespace healer::config
