// SPDX-License-Identifier: Apache-2.0
#include "unit/core/coordinator_fixture.hpp"

namespace healer::core::test {
namespace {

TEST_F(CoordinatorTest, ReloadLeavesWhatDidNotChangeUntouched) {
    World& w = tripped();
    const auto retry = w.view("web").breakerRetryAt;
    w.reload(planOf({processPlan("app"), processPlan("web")}));
    w.pass(1s);
    EXPECT_EQ(w.view("web").breakerRetryAt, retry);
    EXPECT_EQ(w.state("web"), State::tripped);
    EXPECT_EQ(w.state("app"), State::running);
}

TEST_F(CoordinatorTest, ReloadLetsGoOfARemovedProcessWithoutStoppingIt) {
    World& w = up();
    w.reload(planOf({processPlan("app")}));
    w.pass(1s);
    EXPECT_EQ(w.copies("web"), 1U);
    EXPECT_EQ(w.core().view("web"), nullptr);
    w.kill("web");
    w.pass(1h);
    EXPECT_EQ(w.copies("web"), 0U);
}

TEST_F(CoordinatorTest, ReloadShortensARunningCooldown) {
    World& w = tripped();
    ProcessPlan plan = processPlan("web");
    plan.recovery.cooldown = 5s;
    w.reload(planOf({plan}));
    w.pass(6s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(CoordinatorTest, DisablingAndEnablingByReload) {
    World& w = up();
    ProcessPlan off = processPlan("web");
    off.enabled = false;
    w.reload(planOf({off}));
    EXPECT_EQ(w.state("web"), State::disabled);
    w.pass(1s);
    EXPECT_EQ(w.copies("web"), 1U);
    w.reload(planOf({processPlan("web")}));
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.copies("web"), 1U);
}

TEST_F(CoordinatorTest, ASnapshotCarriesBreakerPauseStopAndCountersOver) {
    World& w = tripped();
    World next(planOf({processPlan("web")}), w.snapshots());
    next.continueFrom(w);
    next.begin();
    next.pass(1s);
    EXPECT_EQ(next.state("web"), State::tripped);
    EXPECT_EQ(next.view("web").breakerRetryAt, w.view("web").breakerRetryAt);
    EXPECT_EQ(next.view("web").restartCount, 3U);
    next.pass(200s);
    EXPECT_EQ(next.state("web"), State::running);

    next.request(Verb::stop, "web");
    next.pass(1s);
    World third(planOf({processPlan("web")}), next.snapshots());
    third.continueFrom(next);
    third.begin();
    third.pass(1h);
    EXPECT_EQ(third.state("web"), State::stopped);
    EXPECT_EQ(third.launches("web"), 0);
}

TEST_F(CoordinatorTest, ADeathWhileHealerWasAwayIsAnIncidentAndCounts) {
    World& w = up();
    World next(planOf({processPlan("web")}), w.snapshots());
    next.continueFrom(w);
    next.vanish("web");
    next.begin();
    next.pass(1s);
    EXPECT_EQ(next.state("web"), State::running);
    EXPECT_EQ(next.notices<notice::ProcessDown>("web").size(), 1U);
    EXPECT_EQ(next.view("web").restartCount, 1U);
}

TEST_F(CoordinatorTest, ARunningInstanceIsTakenOverSilentlyByTheNextHealer) {
    World& w = up();
    World next(planOf({processPlan("web")}), w.snapshots());
    next.continueFrom(w);
    next.begin();
    next.pass(1s);
    EXPECT_EQ(next.view("web").instance, w.view("web").instance);
    EXPECT_EQ(next.view("web").activeSince, w.view("web").activeSince);
    EXPECT_TRUE(next.notices<notice::Adopted>("web").empty());
    EXPECT_EQ(next.launches("web"), 0);
}

TEST_F(CoordinatorTest, AReloadThatTakesTheProbeAwayTakesTheHungInstanceBack) {
    World& w = up(probedPlan("web"));
    const auto key = w.view("web").instance;
    w.request(Verb::pause, "web");
    w.hang("web");
    w.pass(2s);
    EXPECT_NE(w.view("web").stateReason.find("down while paused"), std::string::npos);
    w.reload(planOf({processPlan("web")}));
    w.pass(1s);
    EXPECT_EQ(w.view("web").stateReason, "running");
    EXPECT_EQ(w.view("web").instance, key);
}

ProcessPlan withArgument(const std::string& argument) {
    ProcessPlan plan = processPlan("web");
    plan.command.args = {argument};
    return plan;
}

bool hasOldSettings(const World& world) {
    return world.view("web").stateReason.find("has changed since it was started") != std::string::npos;
}

TEST_F(CoordinatorTest, WhatRunsWithOldSettingsSaysSoUntilItIsStartedAgain) {
    World& w = up(withArgument("one"));
    EXPECT_FALSE(hasOldSettings(w));
    w.reload(planOf({withArgument("two")}));
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_TRUE(hasOldSettings(w));
    w.reload(planOf({withArgument("one")}));
    EXPECT_FALSE(hasOldSettings(w)) << "back to what it runs with";
    w.reload(planOf({withArgument("two")}));
    EXPECT_TRUE(hasOldSettings(w));
    w.request(Verb::restart, "web");
    w.pass(1s);
    EXPECT_FALSE(hasOldSettings(w));
    w.reload(planOf({withArgument("three")}));
    EXPECT_TRUE(hasOldSettings(w));
    w.kill("web");
    w.pass(1s);
    EXPECT_FALSE(hasOldSettings(w)) << "a recovery uses the new ones";
}

TEST_F(CoordinatorTest, OldSettingsAreKnownToTheNextHealer) {
    World& w = up(withArgument("one"));
    World next(planOf({withArgument("two")}), w.snapshots());
    next.continueFrom(w);
    next.begin();
    next.pass(1s);
    EXPECT_EQ(next.state("web"), State::running);
    EXPECT_TRUE(hasOldSettings(next));
}

TEST_F(CoordinatorTest, OtherChangesNeedNoRestart) {
    World& w = up();
    ProcessPlan plan = processPlan("web");
    plan.recovery.retries = 7;
    plan.stop.timeout = 3s;
    w.reload(planOf({plan}));
    EXPECT_EQ(w.view("web").stateReason, "running");
}

} // namespace
} // namespace healer::core::test
