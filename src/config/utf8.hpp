// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace healer::config {

/// The offset of the first byte that is NUL or not part of well-formed UTF-8 (RFC 3629), if there is one.
[[nodiscard]] std::optional<std::size_t> firstBadByte(std::string_view text);

/// The text with everything escaped ("\\x1b") that could control a terminal (C0, DEL and C1, which is two
/// bytes) or is not UTF-8.
[[nodiscard]] std::string escaped(std::string_view text);

} // namespace healer::config
