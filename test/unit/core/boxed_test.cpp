// SPDX-License-Identifier: Apache-2.0
#include "core/boxed.hpp"

#include <gtest/gtest.h>

#include <string>

namespace healer::core {
namespace {

TEST(Boxed, isWhatAnOptionalIs) {
    Boxed<std::string> none;
    EXPECT_FALSE(none);
    EXPECT_EQ(none, Boxed<std::string>());
    const Boxed<std::string> one = std::string("one");
    ASSERT_TRUE(one);
    EXPECT_NE(one, none);
    Boxed<std::string> copy = one;
    EXPECT_EQ(copy, one);
    *copy += " more";
    EXPECT_EQ(*one, "one") << "a copy is a value of its own";
    EXPECT_NE(copy, one);
    EXPECT_EQ(copy->size(), 8U);
    copy = none;
    EXPECT_FALSE(copy);
    copy = std::optional<std::string>("again");
    EXPECT_EQ(*copy, "again");
    copy = std::nullopt;
    EXPECT_FALSE(copy);
    EXPECT_EQ(sizeof copy, sizeof(void*));
}

} // namespace
} // namespace healer::core
