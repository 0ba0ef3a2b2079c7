// SPDX-License-Identifier: Apache-2.0
#include "bus/check_queue.hpp"

#include <gtest/gtest.h>

namespace healer::bus {

namespace {

constexpr uid_t kAnn = 1000;
constexpr uid_t kBob = 1001;
constexpr CheckQueue::Limits kSmall{.open = 3, .openOfOneUser = 2, .kept = 6, .keptOfOneUser = 4};

TEST(CheckQueue, OpensTheOldestFirst) {
    CheckQueue queue(kSmall);
    ASSERT_TRUE(queue.add(1, kAnn));
    ASSERT_TRUE(queue.add(2, kAnn));
    EXPECT_EQ(queue.open(), 1U);
    EXPECT_EQ(queue.open(), 2U);
    EXPECT_EQ(queue.open(), std::nullopt);
}

TEST(CheckQueue, AUserAtTheLimitIsPassedBy) {
    CheckQueue queue(kSmall);
    for (CheckQueue::Id id = 1; id <= 4; ++id) {
        ASSERT_TRUE(queue.add(id, kAnn));
    }
    ASSERT_TRUE(queue.add(5, kBob));
    ASSERT_TRUE(queue.add(6, kBob));
    EXPECT_EQ(queue.open(), 1U);
    EXPECT_EQ(queue.open(), 2U);
    EXPECT_EQ(queue.open(), 5U);
    EXPECT_EQ(queue.open(), std::nullopt) << "three are open in all";
    queue.remove(5);
    EXPECT_EQ(queue.open(), 6U) << "Ann's are older, but two of hers are open";
    queue.remove(1);
    EXPECT_EQ(queue.open(), 3U);
}

TEST(CheckQueue, RefusesWhatIsTooMuch) {
    CheckQueue queue(kSmall);
    for (CheckQueue::Id id = 1; id <= 4; ++id) {
        EXPECT_TRUE(queue.add(id, kAnn));
    }
    EXPECT_FALSE(queue.add(5, kAnn)) << "four of one user";
    EXPECT_TRUE(queue.add(6, kBob));
    EXPECT_TRUE(queue.add(7, kBob));
    EXPECT_FALSE(queue.add(8, kBob)) << "six in all";
    EXPECT_EQ(queue.size(), 6U);
    queue.remove(2);
    EXPECT_TRUE(queue.add(9, kBob)) << "a waiting one has left";
    EXPECT_EQ(queue.open(), 1U);
    EXPECT_EQ(queue.open(), 3U) << "the one that left is not asked";
}

TEST(CheckQueue, ForgetsEverythingThatIsDone) {
    CheckQueue queue(kSmall);
    for (CheckQueue::Id id = 1; id <= 1000; ++id) {
        ASSERT_TRUE(queue.add(id, static_cast<uid_t>(id)));
        if (id % 2 == 0) {
            ASSERT_EQ(queue.open(), id);
        }
        queue.remove(id);
        queue.remove(id);
    }
    EXPECT_EQ(queue.size(), 0U);
    EXPECT_EQ(queue.open(), std::nullopt);
}

} // namespace

} // namespace healer::bus
