// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace healer::bus {

/// The text with every byte that is not part of valid UTF-8, and every NUL, replaced by U+FFFD. The bus
/// disconnects who sends anything else, and names, arguments and error texts come from outside.
[[nodiscard]] std::string validUtf8(std::string_view text);

} // namespace healer::bus
