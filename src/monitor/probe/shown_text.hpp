// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace healer::monitor::probe {

/// Untrusted text, made fit for a message on one line: the last `limit` bytes, with white space and control
/// characters replaced by single spaces, and anything that is not UTF-8 by question marks.
[[nodiscard]] std::string shownText(std::string_view bytes, std::size_t limit);

} // namespace healer::monitor::probe
