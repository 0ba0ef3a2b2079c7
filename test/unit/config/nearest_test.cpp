// SPDX-License-Identifier: Apache-2.0
#include "config/nearest.hpp"

#include <gtest/gtest.h>

#include <array>

namespace healer::config {
namespace {

TEST(Nearest, SuggestsTheLikelyWord) {
    constexpr std::array<std::string_view, 4> kKeys = {"retries", "retry_window_secs", "name", "args"};
    EXPECT_EQ(nearest("retires", kKeys), "retries");
    EXPECT_EQ(nearest("retry_window", kKeys), "retry_window_secs");
    EXPECT_EQ(nearest("nmae", kKeys), "name");
    EXPECT_EQ(nearest("arg", kKeys), "args");
}

TEST(Nearest, SuggestsNothingThatIsFarAway) {
    constexpr std::array<std::string_view, 2> kKeys = {"name", "args"};
    EXPECT_EQ(nearest("environment", kKeys), "");
    EXPECT_EQ(nearest("", kKeys), "");
    EXPECT_EQ(nearest(std::string(100'000, 'a'), kKeys), "");
}

} // namespace
} // namespace healer::config
