// SPDX-License-Identifier: Apache-2.0
#include "monitor/pidfile/pid_file.hpp"

#include <gtest/gtest.h>

namespace {

using healer::monitor::pidfile::parsePid;

TEST(PidText, isOneDecimalNumberWithWhiteSpaceAround) {
    EXPECT_EQ(parsePid("1").value(), 1);
    EXPECT_EQ(parsePid(" 4194304\r\n").value(), 4194304);
    EXPECT_EQ(parsePid("007\n").value(), 7);
}

TEST(PidText, isNothingElse) {
    for (const std::string_view text : {"", "\n", "0", "-1", "+1", "1 2", "1\n2\n", "0x10", "12a", "a",
                                        "99999999999", "4294967297", "1.0"}) {
        EXPECT_FALSE(parsePid(text)) << text;
    }
    EXPECT_FALSE(parsePid(std::string_view("1\0", 2)));
}

} // namespace
