// SPDX-License-Identifier: Apache-2.0
// The text of a PID file.
#include "monitor/pidfile/pid_file.hpp"
#include "fuzz/fuzz.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = healer::fuzz::asText(data, size);
    const auto pid = healer::monitor::pidfile::parsePid(text);
    if (pid.ok()) {
        healer::fuzz::require(*pid > 0, "a PID is positive: 0 and less are groups to kill(2)");
        const auto begin = text.find_first_not_of(" \t\r\n");
        const auto end = std::min(text.find_first_of(" \t\r\n", begin), text.size());
        healer::fuzz::require(text.substr(begin, end - begin).find_first_not_of("0123456789") ==
                                  std::string::npos,
                              "its first word is a number");
    } else {
        healer::fuzz::require(pid.error().message.size() < 64, "the error does not quote the content");
    }
    return 0;
}
