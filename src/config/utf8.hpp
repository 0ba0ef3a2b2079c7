// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace healer::config {

/// The offset of the first byte that is NUL or does not belong to well-formed UTF-8 (RFC 3629); nothing when
/// all is well.
[[nodiscard]] std::optional<std::size_t> firstBadByte(std::string_view text);

/// The text with all that could steer a terminal (C0, DEL, C1, which are two bytes) and all that is no UTF-8
/// as escapes: "\\x1b".
[[nodiscard]] std::string escaped(std::string_view text);

} // namespace healer::config
