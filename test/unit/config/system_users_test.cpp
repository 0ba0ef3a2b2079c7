// SPDX-License-Identifier: Apache-2.0
#include "config/system_users.hpp"

#include <gmock/gmock.h>

namespace healer::config {
namespace {

TEST(SystemUsers, KnowsRootWithItsGroups) {
    const auto user = findSystemUser("root");
    ASSERT_TRUE(user) << user.error().message;
    EXPECT_EQ(user->uid, 0U);
    EXPECT_THAT(user->groups, testing::Contains(user->gid));
    EXPECT_FALSE(user->home.empty());
    EXPECT_EQ(systemUserById(0, 0), *user);
}

TEST(SystemUsers, ReportsAnUnknownUser) {
    const auto user = findSystemUser("no-such-user-here");
    ASSERT_FALSE(user);
    EXPECT_EQ(user.error().message, "there is no user 'no-such-user-here'");
}

TEST(SystemUsers, AnAccountWithoutAnEntryIsNamedByItsNumber) {
    const auto user = systemUserById(3'999'999'999, 77);
    EXPECT_EQ(user.name, "3999999999");
    EXPECT_THAT(user.groups, testing::ElementsAre(77));
}

} // namespace
} // namespace healer::config
