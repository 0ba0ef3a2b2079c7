// SPDX-License-Identifier: Apache-2.0
#include "monitor/probe/shown_text.hpp"

#include "config/utf8.hpp"

namespace healer::monitor::probe {

namespace {

bool isContinuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

std::string onOneLine(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        const auto code = static_cast<unsigned char>(byte);
        if (code > ' ' && code != 0x7f) {
            text += byte;
        } else if (!text.empty() && text.back() != ' ') {
            text += ' ';
        }
    }
    if (!text.empty() && text.back() == ' ') {
        text.pop_back();
    }
    return text;
}

} // namespace

std::string shownText(std::string_view bytes, std::size_t limit) {
    if (bytes.size() > limit) {
        bytes.remove_prefix(bytes.size() - limit);
        while (!bytes.empty() && isContinuation(bytes.front())) {
            bytes.remove_prefix(1);
        }
    }
    std::string text = onOneLine(bytes);
    std::size_t good = 0;
    while (const auto bad = config::firstBadByte(std::string_view(text).substr(good))) {
        good += *bad;
        text[good++] = '?';
    }
    // C1 control characters are well-formed UTF-8, and terminals obey them.
    for (std::size_t at = text.find('\xc2'); at != std::string::npos; at = text.find('\xc2', at + 1)) {
        if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0U) {
            text.replace(at, 2, "?");
        }
    }
    return text;
}

} // namespace healer::monitor::probe
