// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace healer::config {

/// How many descriptors watching all of this takes at most. PURE.
[[nodiscard]] std::uint64_t descriptorsFor(const core::Plan& plan);

/// A warning that the limit is too low for the plan, with both numbers; none where it is enough. PURE.
[[nodiscard]] std::optional<std::string> descriptorShortage(const core::Plan& plan, std::uint64_t limit);

} // namespace healer::config
