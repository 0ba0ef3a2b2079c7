// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

/// One input of any bytes. Ends the program when a promise is broken.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace healer::fuzz {

inline std::string asText(const std::uint8_t* data, std::size_t size) {
    return std::string(reinterpret_cast<const char*>(data), size);
}

/// `promise` says what must hold.
inline void require(bool holds, const char* promise) {
    if (!holds) {
        std::cerr << "broken: " << promise << '\n';
        std::abort();
    }
}

/// Whether a terminal would obey something in it; a newline is none of that.
inline bool steersTerminal(const std::string& text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool c1 = byte == 0xc2 && at + 1 < text.size() &&
                        (static_cast<unsigned char>(text[at + 1]) & 0xe0U) == 0x80U;
        if ((byte < 0x20 && byte != '\n') || byte == 0x7f || c1) {
            return true;
        }
    }
    return false;
}

} // namespace healer::fuzz
