// SPDX-License-Identifier: Apache-2.0
#include "bus/bus_mode.hpp"
#include "bus/log_control.hpp"
#include "bus/root_authority.hpp"
#include "bus/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace healer::bus {

namespace {

TEST(BusMode, KnowsItsWords) {
    EXPECT_EQ(parseBusMode("system")->kind, BusMode::Kind::system);
    EXPECT_EQ(parseBusMode("session")->kind, BusMode::Kind::session);
    EXPECT_EQ(parseBusMode("none")->kind, BusMode::Kind::none);
    EXPECT_EQ(*parseBusMode("unix:path=/x"), (BusMode{BusMode::Kind::address, "unix:path=/x"}));
    EXPECT_FALSE(parseBusMode("sytem"));
    EXPECT_FALSE(parseBusMode(""));
    EXPECT_FALSE(parseBusMode(":x"));
}

TEST(Utf8, ValidTextStays) {
    for (const std::string text : {"", "plain", "h\u00e4ler \u20ac \U0001F600", "\uFFFD", "\U0010FFFF"}) {
        EXPECT_EQ(validUtf8(text), text);
    }
}

TEST(Utf8, EverythingElseIsReplaced) {
    EXPECT_EQ(validUtf8(std::string("a\0b", 3)), "a\uFFFDb");
    EXPECT_EQ(validUtf8("\xff"), "\uFFFD");
    EXPECT_EQ(validUtf8("\xc0\xaf"), "\uFFFD\uFFFD") << "overlong";
    EXPECT_EQ(validUtf8("\xe0\x80\x80"), "\uFFFD\uFFFD\uFFFD") << "overlong";
    EXPECT_EQ(validUtf8("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD") << "surrogate";
    EXPECT_EQ(validUtf8("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD") << "beyond Unicode";
    EXPECT_EQ(validUtf8("x\xe2\x82"), "x\uFFFD\uFFFD") << "cut off";
}

TEST(ObjectPath, EscapesTheLabel) {
    EXPECT_EQ(processPath("web"), "/org/healer/process/web");
    EXPECT_EQ(processPath("web-1.a@b_c"), "/org/healer/process/web_2d1_2ea_40b_5fc");
    EXPECT_EQ(processPath("1st"), "/org/healer/process/_31st");
}

TEST(RootRule, RootAndHealersOwnUserMayChange) {
    EXPECT_TRUE(mayChange(0, 0));
    EXPECT_TRUE(mayChange(0, 1000));
    EXPECT_TRUE(mayChange(1000, 1000));
    EXPECT_FALSE(mayChange(1000, 0));
    EXPECT_FALSE(mayChange(1001, 1000));
    EXPECT_EQ(accessDenied().kind, core::ErrorKind::accessDenied);
}

TEST(LogControl, LevelsHaveWordsOfSyslog) {
    EXPECT_EQ(syslogWord(core::LogLevel::error), "err");
    EXPECT_EQ(syslogWord(core::LogLevel::trace), "debug");
    EXPECT_EQ(levelFromSyslogWord("emerg"), core::LogLevel::error);
    EXPECT_EQ(levelFromSyslogWord("notice"), core::LogLevel::info);
    EXPECT_EQ(levelFromSyslogWord("warning"), core::LogLevel::warn);
    EXPECT_FALSE(levelFromSyslogWord("trace"));
    for (const auto level :
         {core::LogLevel::error, core::LogLevel::warn, core::LogLevel::info, core::LogLevel::debug}) {
        EXPECT_EQ(levelFromSyslogWord(syslogWord(level)), level);
    }
}

} // namespace

} // namespace healer::bus
