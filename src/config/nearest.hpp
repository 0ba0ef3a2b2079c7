// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace healer::config {

/// The candidate that `word` is most probably a slip of: smallest edit distance (insert, delete, replace,
/// swap of neighbours), at most a third of the longer one's length. Empty when none is near enough.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string_view> candidates);

} // namespace healer::config
