// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace healer::config {

/// The candidate that `word` is probably a misspelling of: the smallest edit distance (insert, delete,
/// replace, swap of neighbours) that is at most a third of the longer length. Empty if there is none.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string_view> candidates);

} // namespace healer::config
