// SPDX-License-Identifier: Apache-2.0
// What follows from what systemd and a unit's own settings say about its end.
#include "unit/core/coordinator_fixture.hpp"

namespace healer::core::test {
namespace {

ProcessPlan unitPlan(RestartOn restartOn = RestartOn::always) {
    ProcessPlan plan = processPlan("web");
    plan.unit = "web.service";
    plan.command = {};
    plan.recovery.restartOn = restartOn;
    return plan;
}

UnitEnd inPeace() {
    return {.success = true, .leave = "its work is done", .stoppedBy = {}, .obstacle = {}};
}

class UnitEnds : public CoordinatorTest {
protected:
    /// The running instance ends, and the unit says this about it.
    void ends(int status, const UnitEnd& unit) {
        const auto key = *world->running("web");
        world->programs().remove(key);
        world->report(event::Down{"web", key, exitFromWaitStatus(status), unit});
        world->pass(1s);
    }
    World& again() {
        const auto saved = world->snapshots();
        const Plan plan = world->core().plan();
        world.emplace(plan, saved);
        world->begin();
        world->pass(1s);
        return *world;
    }
};

TEST_F(UnitEnds, aPeacefulEndIsNoFailureAndNotHealed) {
    World& w = up(unitPlan());
    const int before = w.launches("web");
    ends(0, inPeace());
    w.pass(1h);
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_EQ(w.view("web").stateReason, "its work is done");
    EXPECT_EQ(w.launches("web"), before);
    EXPECT_TRUE(w.notices<notice::ProcessDown>("web").empty());
    ASSERT_EQ(w.notices<notice::InstanceEnded>("web").size(), 1U);
}

TEST_F(UnitEnds, aRestartOfHealerDoesNotRepeatWhatEndedInPeace) {
    up(unitPlan());
    ends(0, inPeace());
    World& w = again();
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_EQ(w.view("web").stateReason, "its work is done");
    EXPECT_EQ(w.launches("web"), 0);
}

TEST_F(UnitEnds, aRestartOfHealerDoesNotRepeatWhatRestartOnLeft) {
    up(unitPlan(RestartOn::failure));
    ends(0, {});
    EXPECT_EQ(world->state("web"), State::stopped);
    World& w = again();
    EXPECT_EQ(w.launches("web"), 0);
    EXPECT_EQ(w.view("web").stateReason, "exited with status 0, which restart_on does not answer");
}

TEST_F(UnitEnds, aFailureAfterAPeacefulEndIsHealed) {
    World& w = up(unitPlan());
    ends(0, inPeace());
    w.report(event::Up{"web", w.programs().add("web"), {}, true});
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
    ends(1 << 8, {});
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.notices<notice::ProcessDown>("web").size(), 1U);
}

TEST_F(UnitEnds, whatItsUnitCountsAsSuccessIsNoFailure) {
    World& w = up(unitPlan(RestartOn::failure));
    ends(143 << 8, {.success = true, .leave = {}, .stoppedBy = {}, .obstacle = {}});
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_EQ(
        w.view("web").stateReason,
        "exited with status 143 (a success in the words of its unit), which restart_on does not answer");
}

TEST_F(UnitEnds, restartOnAlwaysAnswersASuccessToo) {
    World& w = up(unitPlan());
    ends(143 << 8, {.success = true, .leave = {}, .stoppedBy = {}, .obstacle = {}});
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(UnitEnds, whatIsNotToBeRestartedIsAFailureThatIsLeft) {
    World& w = up(unitPlan());
    ends(3 << 8, {.success = false,
                  .leave = "exited with status 3, not to be restarted",
                  .stoppedBy = {},
                  .obstacle = {}});
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_EQ(w.notices<notice::ProcessDown>("web").size(), 1U);
}

TEST_F(UnitEnds, aRequestStartsWhatEndedInPeace) {
    World& w = up(unitPlan());
    ends(0, inPeace());
    w.request(Verb::start, "web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(UnitEnds, whatItIsBoundToIsWaitedFor) {
    World& w = up(unitPlan());
    const int before = w.launches("web");
    const std::string wait = "waits for dep.service";
    ends(15, {.success = false, .leave = {}, .stoppedBy = "dep.service", .obstacle = wait});
    w.pass(1min);
    EXPECT_EQ(w.state("web"), State::deferred);
    EXPECT_EQ(w.view("web").stateReason, wait);
    EXPECT_EQ(w.launches("web"), before);
    EXPECT_EQ(w.notices<notice::Blocked>("web").size(), 1U);
    EXPECT_TRUE(w.core().nextDeadline());
    w.report(event::UnitAtRest{.name = "web"});
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(UnitEnds, aStartThatFailedAfterAStopIsTheLastRequest) {
    World& w = up(unitPlan());
    w.report(event::StoppedOnPurpose{"web", "stopped through systemd"});
    ends(15, {});
    ASSERT_EQ(w.state("web"), State::stopped);
    w.report(event::UnitAtRest{.name = "web", .startedSince = true, .end = exitFromWaitStatus(1 << 8)});
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.notices<notice::ProcessDown>("web").size(), 1U);
}

TEST_F(UnitEnds, aStartThroughSystemdEndsAStopThroughHealer) {
    World& w = up(unitPlan());
    w.request(Verb::stop, "web");
    w.pass(1s);
    ASSERT_EQ(w.state("web"), State::stopped);
    w.report(event::Up{"web", w.programs().add("web"), {}, true});
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
    w.kill("web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(UnitEnds, aStartWhileHealerWasAwayEndsTheStop) {
    World& w = up(unitPlan());
    w.report(event::StoppedOnPurpose{"web", "stopped through systemd"});
    ends(15, {});
    const auto saved = w.snapshots();
    const Plan plan = w.core().plan();
    world.emplace(plan, saved);
    world->programs().add("web");
    world->begin();
    world->pass(1s);
    EXPECT_EQ(world->state("web"), State::running);
    EXPECT_EQ(world->view("web").stateReason, "running");
    world->kill("web");
    world->pass(1s);
    EXPECT_EQ(world->state("web"), State::running);
}

// How long a start and a stop may take.

TEST_F(UnitEnds, aStartThatSystemdGivesTimeIsNotCutOff) {
    World& w = up(unitPlan());
    w.habits().start = 20min;
    w.report(event::UnitSettings{
        .name = "web", .restart = {}, .relations = {}, .startLimit = {}, .stopLimit = {}});
    w.kill("web");
    w.pass(10ms);
    w.report(event::JobUnderWay{"web", true});
    w.pass(10min);
    EXPECT_EQ(w.state("web"), State::recovering);
    EXPECT_TRUE(w.core().nextDeadline());
    w.pass(11min);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.launches("web"), 2);
    EXPECT_EQ(w.view("web").restartCount, 1U);
}

TEST_F(UnitEnds, aLimitInTheConfigurationHolds) {
    auto plan = unitPlan();
    plan.startTimeoutGiven = true;
    World& w = up(plan);
    w.habits().start = 20min;
    w.kill("web");
    w.pass(10ms);
    w.report(event::JobUnderWay{"web", true});
    w.pass(10min);
    EXPECT_EQ(w.notices<notice::RecoveryFinished>("web").back().error, "not up within 30 s");
}

TEST_F(UnitEnds, withoutAJobTheClockOfHealerCounts) {
    World& w = up(unitPlan());
    w.habits().start = 20min;
    w.kill("web");
    w.pass(10min);
    EXPECT_EQ(w.notices<notice::RecoveryFinished>("web").back().error, "not up within 30 s");
}

} // namespace
} // namespace healer::core::test
