// SPDX-License-Identifier: Apache-2.0
#include "unit/core/coordinator_fixture.hpp"

namespace healer::core::test {
namespace {

constexpr const char* kUnit = "web.service";

/// A process with a command that turns out to be the main process of a foreign unit.
class FollowedUnitsTest : public CoordinatorTest {
protected:
    /// It was found at the start of Healer.
    World& followed(ProcessPlan plan = processPlan("web")) {
        world.emplace(planOf({std::move(plan)}));
        World& w = *world;
        key = w.startUnnoticed("web");
        w.begin();
        w.report(event::Up{"web", key, kUnit});
        w.pass(1s);
        EXPECT_EQ(w.state("web"), State::running);
        EXPECT_EQ(w.pid("web"), key.pid);
        EXPECT_EQ(w.launches("web"), 0);
        return w;
    }
    static Placement placement(World& w) { return w.core().placement("web"); }

    ProcessKey key;
};

TEST_F(FollowedUnitsTest, ItIsWatchedAndRecoveredAsThatUnit) {
    World& w = followed();
    const ProcessPlan& plan = *w.core().processPlan("web");
    EXPECT_EQ(plan.unit, kUnit);
    ASSERT_EQ(plan.monitors.size(), 1U);
    EXPECT_EQ(plan.monitors[0].type, "unit");
    EXPECT_EQ(placement(w), (Placement{kLaunchUnit, kUnit}));
    ASSERT_EQ(w.notices<notice::FollowsUnit>("web").size(), 1U);
    EXPECT_EQ(w.notices<notice::FollowsUnit>("web")[0].unit, kUnit);
    EXPECT_EQ(w.watches("web"), 1);

    w.kill("web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.copies("web"), 1U);
    EXPECT_EQ(w.notices<notice::FollowsUnit>("web").size(), 1U) << "said once";
}

TEST_F(FollowedUnitsTest, AUnitThatIsRemovedGivesItBackToItsCommand) {
    World& w = followed();
    w.programs().remove(key);
    UnitEnd end;
    end.obstacle = "waits: unit web.service does not exist";
    end.gone = true;
    w.report(event::Down{"web", key, exitFromWaitStatus(9), end});
    w.pass(1s);
    EXPECT_EQ(w.core().processPlan("web")->unit, "");
    EXPECT_NE(placement(w), (Placement{kLaunchUnit, kUnit}));
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.copies("web"), 1U);
    EXPECT_EQ(w.notices<notice::ProcessDown>("web").size(), 1U);
}

TEST_F(FollowedUnitsTest, AUnitThatIsRemovedAfterItWasStoppedStaysStopped) {
    World& w = followed();
    w.report(event::StoppedOnPurpose{"web", "stopped through systemd"});
    w.programs().remove(key);
    UnitEnd end;
    end.gone = true;
    w.report(event::Down{"web", key, exitFromWaitStatus(15), end});
    w.pass(600s);
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_EQ(w.launches("web"), 0);
}

TEST_F(FollowedUnitsTest, TheProbesStay) {
    World& w = followed(probedPlan("web"));
    const ProcessPlan& plan = *w.core().processPlan("web");
    ASSERT_EQ(plan.monitors.size(), 2U);
    EXPECT_EQ(plan.monitors[0].type, "unit");
    EXPECT_EQ(plan.monitors[1], probedPlan("web").monitors[1]);
}

TEST_F(FollowedUnitsTest, AStopThroughSystemdStaysAStop) {
    World& w = followed();
    w.report(event::StoppedOnPurpose{"web", "stopped through systemd"});
    w.kill("web", 15);
    w.pass(600s);
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_EQ(w.launches("web"), 0);
}

TEST_F(FollowedUnitsTest, WhatRunsInAUnitWasStartedThroughSystemdSoAnEarlierStopIsOver) {
    World& w = up();
    (void)w.request(Verb::stop, "web");
    w.pass(1s);
    ASSERT_EQ(w.state("web"), State::stopped);
    const auto other = w.startUnnoticed("web");
    w.report(event::Up{"web", other, kUnit});
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
    w.kill("web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(FollowedUnitsTest, AnotherHealerFollowsItToo) {
    World& first = followed();
    first.report(event::StoppedOnPurpose{"web", "stopped through systemd"});
    first.kill("web", 15);
    first.pass(1s);
    World second(planOf({processPlan("web")}), first.snapshots());
    second.continueFrom(first);
    second.begin();
    second.pass(60s);
    EXPECT_EQ(second.state("web"), State::stopped);
    EXPECT_EQ(placement(second), (Placement{kLaunchUnit, kUnit}));
    EXPECT_EQ(second.launches("web"), 0);
}

TEST_F(FollowedUnitsTest, AReloadOfTheSameEntryChangesNothing) {
    World& w = followed();
    const auto plan = planOf({processPlan("web")});
    EXPECT_EQ(w.core().completed(plan), w.core().plan());
    w.reload(plan);
    w.pass(1s);
    EXPECT_EQ(w.core().processPlan("web")->unit, kUnit);
    EXPECT_EQ(w.pid("web"), key.pid);
    EXPECT_EQ(w.notices<notice::FollowsUnit>("web").size(), 1U);
}

TEST_F(FollowedUnitsTest, AReloadKeepsTheUnitWithOtherProbes) {
    World& w = followed();
    w.reload(planOf({probedPlan("web")}));
    EXPECT_EQ(w.core().processPlan("web")->unit, kUnit);
    EXPECT_EQ(w.core().processPlan("web")->monitors.size(), 2U);
}

TEST_F(FollowedUnitsTest, AnotherProgramOrUnitEndsIt) {
    World& w = followed();
    auto other = processPlan("web");
    other.command.args = {"--other"};
    w.reload(planOf({other}));
    EXPECT_EQ(w.core().processPlan("web")->unit, "");
    EXPECT_EQ(*w.core().processPlan("web"), other);

    World& again = followed();
    auto configured = processPlan("web");
    configured.unit = "other.service";
    again.reload(planOf({configured}));
    EXPECT_EQ(again.core().processPlan("web")->unit, "other.service");
}

TEST_F(FollowedUnitsTest, ASecondCopyOfAnEarlierStartIsEndedWhereItRuns) {
    Coordinator core(planOf({processPlan("web")}), {});
    core.setFacilities({.systemd = true});
    Moment now{TimePoint(1h), {}};
    (void)core.begin(now);
    const auto launched = core.handle(event::Absent{"web", "none"}, now);
    const auto* launch = std::get_if<action::Launch>(&launched.back());
    for (const auto& action : launched) {
        launch =
            std::holds_alternative<action::Launch>(action) ? std::get_if<action::Launch>(&action) : launch;
    }
    ASSERT_NE(launch, nullptr);
    EXPECT_EQ(launch->launcher, kLaunchService);
    (void)core.handle(event::Up{"web", ProcessKey{7, 7}, kUnit}, now);
    ASSERT_EQ(core.processPlan("web")->unit, kUnit);
    (void)core.handle(event::Up{"web", ProcessKey{7, 7}}, now);
    const auto late =
        core.handle(event::LaunchFinished{"web", launch->attempt, Instance(ProcessKey{8, 8})}, now);
    bool stopped = false;
    for (const auto& action : late) {
        if (const auto* stop = std::get_if<action::Stop>(&action)) {
            stopped = true;
            EXPECT_EQ(stop->instance, (ProcessKey{8, 8}));
            EXPECT_EQ(stop->launcher, kLaunchService);
            EXPECT_EQ(stop->unit, "healer-web.service");
        }
    }
    EXPECT_TRUE(stopped);
}

} // namespace
} // namespace healer::core::test
