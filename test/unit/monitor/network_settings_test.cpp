// SPDX-License-Identifier: Apache-2.0
#include "monitor/network/settings.hpp"
#include "monitor/network/target.hpp"
#include "monitor/probe/shown_text.hpp"

#include <gtest/gtest.h>

#include <tuple>

#include <chrono>
#include <map>

namespace healer::monitor::network {
namespace {

using namespace std::chrono_literals;

TEST(Target, isAUrlOrASocket) {
    EXPECT_EQ(parseTarget("http://localhost").value().url, "http://localhost");
    EXPECT_EQ(parseTarget("https://a-b.example_1:8443/x?y=1").value().protocol, Protocol::http);
    EXPECT_EQ(parseTarget("http://[::1]:80/").value().url, "http://[::1]:80/");
    EXPECT_EQ(parseTarget("http://[fe80::1%25eth0]/").value().url, "http://[fe80::1%25eth0]/");
    const auto tcp = parseTarget("tcp://[::1]:6379").value();
    EXPECT_EQ(tcp.protocol, Protocol::tcp);
    EXPECT_EQ(tcp.url, "http://[::1]:6379/");
    EXPECT_EQ(parseTarget("unix:/run/my web.sock").value().socketPath, "/run/my web.sock");
    EXPECT_EQ(parseTarget("unix:///run/web.sock").value().socketPath, "/run/web.sock");
    const auto both = parseTarget("http+unix://%2Frun%2fweb.sock/health?a=b").value();
    EXPECT_EQ(both.protocol, Protocol::http);
    EXPECT_EQ(both.socketPath, "/run/web.sock");
    EXPECT_EQ(both.url, "http://localhost/health?a=b");
}

TEST(Target, isNothingElse) {
    for (const std::string& text : {std::string(),
                                    std::string("localhost"),
                                    std::string("ftp://x/"),
                                    std::string("file:///etc/shadow"),
                                    std::string("http://"),
                                    std::string("http:///x"),
                                    std::string("http://u:p@host/"),
                                    std::string("http://host:0/"),
                                    std::string("http://host:65536/"),
                                    std::string("http://host:/"),
                                    std::string("http://host:80x/"),
                                    std::string("http://::1/"),
                                    std::string("http://[::1"),
                                    std::string("http://[::g]/"),
                                    std::string("http://a b/"),
                                    std::string("http://host/a\r\nX: y"),
                                    std::string("http://h\xc3\xb6st/"),
                                    std::string("tcp://host"),
                                    std::string("tcp://host:1/x"),
                                    std::string("tcp://:1"),
                                    std::string("unix:"),
                                    std::string("unix:run/x"),
                                    std::string("unix://host/x"),
                                    "unix:/" + std::string(107, 'x'),
                                    std::string("http+unix:///run/x"),
                                    std::string("http+unix://%2/"),
                                    std::string("http+unix://%2Fa%00b/"),
                                    std::string("http+unix://run/"),
                                    "http://host/" + std::string(2048, 'x')}) {
        EXPECT_FALSE(parseTarget(text)) << text;
    }
    EXPECT_EQ(parseTarget("http://u@host/").error().message,
              "must not contain a user or password; give an Authorization header instead");
}

TEST(Status, areNumbersAndRanges) {
    const auto ranges = parseStatus("200, 204,300-399").value();
    for (const long status : {200L, 204L, 300L, 399L}) {
        EXPECT_TRUE(ranges.contain(status)) << status;
    }
    for (const long status : {0L, 199L, 201L, 299L, 400L}) {
        EXPECT_FALSE(ranges.contain(status)) << status;
    }
    EXPECT_TRUE(parseStatus("404").value().contain(404));
    for (const char* text : {"", ",", "200,", "99", "1000", "2xx", "300-200", "200-", "-200", "200-300-400",
                             "200 300", "+200"}) {
        EXPECT_FALSE(parseStatus(text)) << text;
    }
}

TEST(Target, AnotherNameTakesThePlaceOfTheHost) {
    for (const auto& [url, host, named] :
         {std::tuple{"https://127.0.0.1/a?b", "127.0.0.1", "https://shop.test/a?b"},
          std::tuple{"https://[::1]:8443/", "[::1]", "https://shop.test:8443/"},
          std::tuple{"http://localhost", "localhost", "http://shop.test"}}) {
        const auto target = parseTarget(url).value();
        EXPECT_EQ(hostOf(target), host);
        EXPECT_EQ(withHost(target, "shop.test"), named);
    }
    EXPECT_TRUE(isHostName("shop.test"));
    for (const char* text : {"", "127.0.0.1", "[::1]", "a b", "a/b", "a:1"}) {
        EXPECT_FALSE(isHostName(text)) << text;
    }
}

TEST(BodyPattern, matchesAPart) {
    const auto pattern = BodyPattern::compile("\"status\": *\"(ok|ready)\"").value();
    EXPECT_TRUE(pattern.matches(R"({"status":  "ready", "n": 1})"));
    EXPECT_FALSE(pattern.matches(R"({"status": "bad"})"));
    EXPECT_FALSE(BodyPattern::compile("a(b"));
    EXPECT_FALSE(BodyPattern::compile("(a{1000}){1000}"));
    EXPECT_EQ(checkPattern(std::string("a(b")), "is not a regular expression: missing ): a(b");
}

TEST(BodyPattern, takesNoLongerForAHostileText) {
    std::string text(64UL * 1024, 'a');
    text += '!';
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(BodyPattern::compile("(a+)+$").value().matches(text));
    EXPECT_FALSE(BodyPattern::compile("(a|aa)*(a|a?)*b").value().matches(text));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST(Headers, areCheckedByNameAndValue) {
    using Map = std::map<std::string, std::string>;
    EXPECT_FALSE(checkHeaders(Map{{"Host", "a.example"}, {"X-Empty", ""}}));
    EXPECT_TRUE(checkHeaders(Map{{"Two words", "x"}}));
    EXPECT_TRUE(checkHeaders(Map{{"", "x"}}));
    EXPECT_TRUE(checkHeaders(Map{{"X", "a\r\nHost: b"}}));
}

TEST(ShownText, isOneLineOfValidText) {
    using probe::shownText;
    EXPECT_EQ(shownText("  no\tspace \n left\x1b[31m\r\n", 100), "no space left [31m");
    EXPECT_EQ(shownText("a\xff\xfe"
                        "b\xc3",
                        100),
              "a??b?");
    EXPECT_EQ(shownText("a\xc2\x9b"
                        "31m \xc3\xa9",
                        100),
              "a?31m \xc3\xa9");
    EXPECT_EQ(shownText("abc\xc3\xa9xyz", 4), "xyz") << "cut between characters";
    EXPECT_EQ(shownText(std::string(1, '\0'), 4), "");
}

} // namespace
} // namespace healer::monitor::network
