// SPDX-License-Identifier: Apache-2.0
#include "bus/text.hpp"

#include <systemd/sd-bus.h>

#include <cstdlib>
#include <new>

#include <cstddef>

namespace healer::bus {

namespace {

unsigned char at(std::string_view text, std::size_t index) {
    return static_cast<unsigned char>(text[index]);
}

/// Length of the well-formed sequence at the front of `text` (Unicode, table 3-7), 0 if there is none.
std::size_t sequenceLength(std::string_view text) {
    const unsigned char first = at(text, 0);
    if (first < 0x80) {
        return first == 0 ? 0 : 1;
    }
    const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                               : (first & 0xF0) == 0xE0         ? 3
                               : first >= 0xF0 && first <= 0xF4 ? 4
                                                                : 0;
    if (length == 0 || text.size() < length) {
        return 0;
    }
    const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (at(text, 1) < low || at(text, 1) > high) {
        return 0;
    }
    for (std::size_t i = 2; i < length; ++i) {
        if ((at(text, i) & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

} // namespace

std::string validUtf8(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = sequenceLength(text);
        if (length == 0) {
            result += "\xEF\xBF\xBD";
            text.remove_prefix(1);
        } else {
            result += text.substr(0, length);
            text.remove_prefix(length);
        }
    }
    return result;
}

std::vector<std::string> validUtf8(const std::vector<std::string>& texts) {
    std::vector<std::string> result;
    result.reserve(texts.size());
    for (const std::string& text : texts) {
        result.push_back(validUtf8(text));
    }
    return result;
}

std::string processPath(const std::string& name) {
    char* path = nullptr;
    if (sd_bus_path_encode("/org/healer/process", name.c_str(), &path) < 0) {
        throw std::bad_alloc();
    }
    std::string result(path);
    std::free(path);
    return result;
}

} // namespace healer::bus
