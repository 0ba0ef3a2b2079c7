// SPDX-License-Identifier: Apache-2.0
#include "config/utf8.hpp"

#include <cstdint>

namespace healer::config {
namespace {

/// The length of the well-formed sequence at the start of `text`; 0 if there is none.
std::size_t sequenceLength(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) {
        return lead == 0 ? 0 : 1;
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) {
            return 0;
        }
    }
    const unsigned second = byte(1);
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool outside = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
    return overlong || outside ? 0 : length;
}

void appendEscape(std::string& to, unsigned char byte) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    to += "\\x";
    to += kDigits[byte >> 4U];
    to += kDigits[byte & 0xfU];
}

} // namespace

std::optional<std::size_t> firstBadByte(std::string_view text) {
    std::size_t offset = 0;
    while (offset < text.size()) {
        const std::size_t length = sequenceLength(text.substr(offset));
        if (length == 0) {
            return offset;
        }
        offset += length;
    }
    return std::nullopt;
}

std::string escaped(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    std::size_t bad = firstBadByte(text).value_or(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool c1 = byte == 0xc2 && at < bad && static_cast<unsigned char>(text[at + 1]) < 0xa0;
        if (c1) {
            appendEscape(shown, byte);
            appendEscape(shown, static_cast<unsigned char>(text[++at]));
        } else if (byte < 0x20 || byte == 0x7f || at == bad) {
            appendEscape(shown, byte);
        } else {
            shown += text[at];
        }
        if (at == bad) {
            bad = at + 1 + firstBadByte(text.substr(at + 1)).value_or(text.size());
        }
    }
    return shown;
}

} // namespace healer::config
