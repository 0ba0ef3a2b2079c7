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
        healer::fuzz::require(text.find_first_not_of("0123456789 \t\r\n") == std::string::npos,
                              "nothing but a number");
    } else {
        healer::fuzz::require(pid.error().message.size() < 64, "the error does not quote the content");
    }
    return 0;
}
