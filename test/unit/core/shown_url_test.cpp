// SPDX-License-Identifier: Apache-2.0
#include "core/shown_url.hpp"

#include <gtest/gtest.h>

namespace healer::core {
namespace {

TEST(ShownUrl, HasNoUserNoQueryAndNoFragment) {
    EXPECT_EQ(shownUrl("http://127.0.0.1:9/health?token=t0ken"), "http://127.0.0.1:9/health?...");
    EXPECT_EQ(shownUrl("https://u:p@host/a#t0ken"), "https://host/a#...");
    EXPECT_EQ(shownUrl("https://u:p@host?x=@/t0ken"), "https://host?...");
    EXPECT_EQ(shownUrl("http+unix://%2Frun%2Fw.sock/x?t0ken"), "http+unix://%2Frun%2Fw.sock/x?...");
    EXPECT_EQ(shownUrl("http://host/a@b"), "http://host/a@b");
}

TEST(ShownUrl, OthersAreShownAsTheyAre) {
    for (const char* url : {"tcp://host:1", "unix:/run/a?b@c", "/usr/bin/check", ""}) {
        EXPECT_EQ(shownUrl(url), url);
    }
}

} // namespace
} // namespace healer::core
