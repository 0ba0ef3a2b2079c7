// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace healer::monitor::probe {

/// What somebody else wrote, fit for a sentence on one line: the last `limit` bytes, white space and control
/// characters made single spaces, anything that is not UTF-8 made question marks.
[[nodiscard]] std::string shownText(std::string_view bytes, std::size_t limit);

} // namespace healer::monitor::probe
