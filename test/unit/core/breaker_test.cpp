// SPDX-License-Identifier: Apache-2.0
#include "core/breaker.hpp"

#include <gtest/gtest.h>

namespace healer::core {
namespace {

using namespace std::chrono_literals;

class BreakerTest : public testing::Test {
protected:
    void startAndFail(int times) {
        for (int i = 0; i < times; ++i) {
            ASSERT_TRUE(breaker.allowsStart(plan, now));
            breaker.countStart(plan, now);
            now += 1s;
        }
    }

    RecoveryPlan plan;
    Breaker breaker;
    TimePoint now{1h};
};

TEST_F(BreakerTest, OpensWhenThereWereRetriesAndItGoesDownAgain) {
    startAndFail(3);
    EXPECT_EQ(breaker.state(), BreakerState::closed);
    EXPECT_FALSE(breaker.allowsStart(plan, now));
    EXPECT_EQ(breaker.state(), BreakerState::open);
    EXPECT_EQ(breaker.retryAt(plan), now + plan.cooldown);
}

TEST_F(BreakerTest, StartsOlderThanTheWindowDoNotCount) {
    startAndFail(3);
    now += plan.retryWindow;
    EXPECT_TRUE(breaker.allowsStart(plan, now));
    EXPECT_EQ(breaker.startsInWindow(plan, now), 0U);
}

TEST_F(BreakerTest, TheClockAloneMakesItHalfOpen) {
    startAndFail(3);
    ASSERT_FALSE(breaker.allowsStart(plan, now));
    const TimePoint opened = now;
    EXPECT_FALSE(breaker.advance(plan, opened + plan.cooldown - 1us, std::nullopt));
    EXPECT_FALSE(breaker.allowsStart(plan, opened + plan.cooldown - 1us));
    EXPECT_TRUE(breaker.advance(plan, opened + plan.cooldown, std::nullopt));
    EXPECT_EQ(breaker.state(), BreakerState::halfOpen);
    EXPECT_TRUE(breaker.allowsStart(plan, opened + plan.cooldown));
}

TEST_F(BreakerTest, AFailedTrialOpensItAgainAndTheCooldownGrowsToItsLimit) {
    plan.cooldown = 10s;
    plan.cooldownMultiplier = 3;
    plan.cooldownMax = 60s;
    startAndFail(3);
    ASSERT_FALSE(breaker.allowsStart(plan, now));
    for (const Duration expected : {Duration(10s), Duration(30s), Duration(60s), Duration(60s)}) {
        ASSERT_EQ(breaker.retryAt(plan)->at - now, expected);
        now = breaker.retryAt(plan)->at;
        ASSERT_TRUE(breaker.allowsStart(plan, now));
        breaker.countStart(plan, now);
        now += 1s;
        ASSERT_FALSE(breaker.allowsStart(plan, now));
    }
}

TEST_F(BreakerTest, AStableTrialClosesItAndForgetsTheCountAndTheGrowth) {
    plan.cooldownMultiplier = 2;
    startAndFail(3);
    ASSERT_FALSE(breaker.allowsStart(plan, now));
    now = breaker.retryAt(plan)->at;
    ASSERT_TRUE(breaker.allowsStart(plan, now));
    breaker.countStart(plan, now);
    const TimePoint up = now + 100ms;
    EXPECT_EQ(breaker.deadline(plan, up), up + plan.stable);
    EXPECT_FALSE(breaker.advance(plan, up + plan.stable - 1us, up));
    EXPECT_TRUE(breaker.advance(plan, up + plan.stable, up));
    EXPECT_EQ(breaker.snapshot().state, BreakerState::closed);
    EXPECT_TRUE(breaker.snapshot().starts.empty());
    EXPECT_EQ(breaker.snapshot().failedTrials, 0U);
}

TEST_F(BreakerTest, FoundUpCountsAsUpFromTheBeginningOfHalfOpen) {
    startAndFail(3);
    ASSERT_FALSE(breaker.allowsStart(plan, now));
    const TimePoint upSince = now + 1s;
    const TimePoint halfOpen = breaker.retryAt(plan)->at;
    ASSERT_TRUE(breaker.advance(plan, halfOpen, upSince));
    EXPECT_EQ(breaker.deadline(plan, upSince), halfOpen + plan.stable);
}

TEST_F(BreakerTest, ChangedSettingsTakeEffectOnARunningCooldown) {
    startAndFail(3);
    ASSERT_FALSE(breaker.allowsStart(plan, now));
    plan.cooldown = 1s;
    EXPECT_TRUE(breaker.allowsStart(plan, now + 1s));
}

TEST_F(BreakerTest, ResetForgetsEverything) {
    startAndFail(3);
    ASSERT_FALSE(breaker.allowsStart(plan, now));
    breaker.reset(now);
    EXPECT_EQ(breaker.state(), BreakerState::closed);
    startAndFail(3);
    EXPECT_FALSE(breaker.allowsStart(plan, now));
}

} // namespace
} // namespace healer::core
