// SPDX-License-Identifier: Apache-2.0
#include "healerctl/text.hpp"

#include <gtest/gtest.h>

namespace healer::healerctl {

namespace {

constexpr std::uint64_t kSecond = 1'000'000;

TEST(Text, NothingSteersTheTerminal) {
    EXPECT_EQ(printable("\x1b[31mred\a\x7f"), "\\x1b[31mred\\x07\\x7f");
    EXPECT_EQ(printable("a\nb\tc\rd"), "a\\nb\\tc\\x0dd");
    EXPECT_EQ(printable("\xc2\x9b"
                        "2J"),
              "\\x9b2J")
        << "C1 control sequence introducer";
    EXPECT_EQ(printable("h\u00e4ler \u00a0 \u20ac"), "h\u00e4ler \u00a0 \u20ac");
}

TEST(Text, SeveralLinesStayLinesOrBecomeOne) {
    EXPECT_EQ(inOneLine("a: bad\n    - x\n\n  b\n"), "a: bad - x b");
    EXPECT_EQ(inOneLine("a\x1b\nb"), "a\\x1b b");
    EXPECT_EQ(inOneLine(""), "");
    EXPECT_EQ(inLines("a.yaml:1:1: bad\n  - web\n    ^\x1b[1m", 4),
              "a.yaml:1:1: bad\n      - web\n        ^\\x1b[1m");
    EXPECT_EQ(inLines("one", 4), "one");
    EXPECT_EQ(inLines("a\nhealerctl: forged", 2), "a\n  healerctl: forged");
}

TEST(Text, IsShortenedByColumns) {
    EXPECT_EQ(shortened("h\u00e4ll\u00f6chen", 9), "h\u00e4ll\u00f6chen");
    EXPECT_EQ(shortened("h\u00e4ll\u00f6chen", 8), "h\u00e4ll\u00f6...");
    EXPECT_EQ(shortened("abcdef", 3), "...");
    EXPECT_EQ(shortened("abcdef", 2), "abcdef") << "too narrow for anything";
}

TEST(Text, DurationsAreThoseOfTheCore) {
    EXPECT_EQ(durationText(0), "0 ms");
    EXPECT_EQ(durationText(850'000), "850 ms");
    EXPECT_EQ(durationText(130 * kSecond), "2 min 10 s");
    EXPECT_EQ(durationText((3 * 86400 + 4 * 3600 + 59) * kSecond), "3 d 4 h");
    EXPECT_FALSE(durationText(UINT64_MAX).starts_with("-"));
}

TEST(Text, TimesAreRelativeAndAbsolute) {
    const std::uint64_t now = 1'700'000'000 * kSecond;
    EXPECT_EQ(agoText(now - 182 * kSecond, now), "3 min 2 s ago");
    EXPECT_EQ(agoText(now + 5 * kSecond, now), "in 5 s");
    EXPECT_EQ(clockText(now, now).size(), std::string("14:03:05").size());
    EXPECT_EQ(clockText(now - 3 * 86400 * kSecond, now).size(), std::string("2026-11-23 14:03:05").size());
}

TEST(Text, CommandsCanBePastedIntoAShell) {
    EXPECT_EQ(shellText({"/bin/x", "plain", "two words", "", "it's"}),
              "/bin/x plain 'two words' '' 'it'\\''s'");
}

TEST(Text, NearestNameIsFoundOnlyWhenNear) {
    EXPECT_EQ(nearest("wbe", {"db", "web", "cache"}), "");
    EXPECT_EQ(nearest("weeb", {"db", "web", "cache"}), "web");
    EXPECT_EQ(nearest("web-srver", {"web-server", "cache"}), "web-server");
    EXPECT_EQ(nearest("zzz", {"web"}), "");
}

TEST(Text, ColumnsCountCodePoints) {
    EXPECT_EQ(columns("h\u00e4\u20ac"), 3U);
}

} // namespace

} // namespace healer::healerctl
