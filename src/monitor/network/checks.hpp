// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <optional>
#include <string>

/// What is wrong with a setting of this kind; nothing when it is good.
namespace healer::monitor::network {

[[nodiscard]] std::optional<std::string> checkTarget(const core::ArgValue& value);
[[nodiscard]] std::optional<std::string> checkStatus(const core::ArgValue& value);
[[nodiscard]] std::optional<std::string> checkPattern(const core::ArgValue& value);
[[nodiscard]] std::optional<std::string> checkHeaders(const core::ArgValue& value);

} // namespace healer::monitor::network
