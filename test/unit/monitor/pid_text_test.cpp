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

TEST(PidText, mayBeFollowedByWhatOnlyItsWriterNeeds) {
    EXPECT_EQ(parsePid("12\n/var/lib/postgresql/15/main\n1700000000\n5432\n").value(), 12) << "PostgreSQL";
    EXPECT_EQ(parsePid("12\n/usr/sbin/sendmail -bd -q30m\n").value(), 12) << "sendmail";
    EXPECT_EQ(parsePid("12\napp\nhost.example\n").value(), 12) << "Qt";
    EXPECT_EQ(parsePid("12\n13\n14\n").value(), 12) << "HAProxy";
    EXPECT_EQ(parsePid("  12 13\r\n").value(), 12);
    EXPECT_EQ(parsePid("12\n45\n").value(), 12) << "a short number over a longer one";
}

TEST(PidText, isNothingElse) {
    for (const std::string_view text : {"", "\n", "0", "-1", "+1", "0x10", "12a", "a", "a 1", "99999999999",
                                        "4294967297", "1.0", "12/13"}) {
        EXPECT_FALSE(parsePid(text)) << text;
    }
    EXPECT_FALSE(parsePid(std::string_view("1\0", 2)));
    EXPECT_FALSE(parsePid(std::string(64, '0'))) << "the number may go on";
}

} // namespace
