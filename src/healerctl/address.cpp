// SPDX-License-Identifier: Apache-2.0
#include "healerctl/bus_connection.hpp"

#include <cctype>

namespace healer::healerctl {

std::string escapeAddressValue(std::string_view value) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::string_view kPlain = "-_/.\\*";
    std::string result;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || kPlain.find(c) != std::string_view::npos) {
            result += c;
        } else {
            result += '%';
            result += kHex[byte >> 4U];
            result += kHex[byte & 15U];
        }
    }
    return result;
}

std::string hostAddress(const std::string& host) {
    return "unixexec:path=ssh,argv1=-xT,argv2=--,argv3=" + escapeAddressValue(host) +
           ",argv4=systemd-stdio-bridge";
}

std::string containerAddress(const std::string& container) {
    return "x-machine-unix:machine=" + escapeAddressValue(container);
}

} // namespace healer::healerctl
