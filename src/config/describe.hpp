// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <string>

namespace healer::config {

/// A table of the processes that would be watched, one a line, for `healer --check`. Ends with a newline.
[[nodiscard]] std::string describePlan(const core::Plan& plan);

} // namespace healer::config
