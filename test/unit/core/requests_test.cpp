// SPDX-License-Identifier: Apache-2.0
#include "unit/core/coordinator_fixture.hpp"

namespace healer::core::test {
namespace {

TEST_F(CoordinatorTest, AStopOnRequestIsNotHealed) {
    World& w = up();
    const auto id = w.request(Verb::stop, "web");
    EXPECT_FALSE(w.answer(id));
    w.pass(1h);
    ASSERT_TRUE(w.answer(id));
    EXPECT_TRUE(w.answer(id)->ok());
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_EQ(w.copies("web"), 0U);
    EXPECT_TRUE(w.notices<notice::ProcessDown>("web").empty());
}

TEST_F(CoordinatorTest, AStopThatTakesTooLongIsForced) {
    World& w = up();
    w.habits().stopSignalEnds = StopSignalEnds::none;
    const auto id = w.request(Verb::stop, "web");
    w.pass(9s);
    EXPECT_EQ(w.copies("web"), 1U);
    w.pass(2s);
    EXPECT_EQ(w.copies("web"), 0U);
    ASSERT_TRUE(w.answer(id));
    EXPECT_TRUE(w.answer(id)->ok());
}

TEST_F(CoordinatorTest, WhatDoesNotDieIsReportedAndTriedAgain) {
    World& w = up();
    w.habits().stop = 1h;
    const auto id = w.request(Verb::restart, "web");
    w.pass(60s);
    ASSERT_TRUE(w.answer(id));
    EXPECT_FALSE(w.answer(id)->ok());
    EXPECT_TRUE(w.core().nextDeadline());
    w.pass(2h);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.copies("web"), 1U);
    EXPECT_EQ(w.launches("web"), 2);
}

TEST_F(CoordinatorTest, AManualStartWorksInAnyBreakerStateAndResetsIt) {
    World& w = tripped();
    const auto id = w.request(Verb::start, "web");
    w.pass(1s);
    ASSERT_TRUE(w.answer(id));
    EXPECT_EQ(**w.answer(id), w.pid("web"));
    EXPECT_EQ(w.view("web").breaker, BreakerState::closed);
    w.kill("web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(CoordinatorTest, AManualRestartGivesANewInstanceAndIsNoFailure) {
    World& w = up();
    const auto old = w.view("web").instance;
    const auto id = w.request(Verb::restart, "web");
    w.pass(1s);
    ASSERT_TRUE(w.answer(id));
    EXPECT_EQ(**w.answer(id), w.pid("web"));
    EXPECT_NE(w.view("web").instance, old);
    EXPECT_EQ(w.view("web").restartCount, 0U);
    EXPECT_TRUE(w.notices<notice::ProcessDown>("web").empty());
}

TEST_F(CoordinatorTest, AFailedManualStartIsAnsweredAndThenHealedAsUsual) {
    World& w = up();
    w.request(Verb::stop, "web");
    w.pass(1s);
    w.habits().startsFail = true;
    const auto id = w.request(Verb::start, "web");
    w.pass(1s);
    ASSERT_TRUE(w.answer(id));
    ASSERT_FALSE(w.answer(id)->ok());
    EXPECT_EQ(w.answer(id)->error().kind, ErrorKind::recoveryFailed);
    w.pass(20s);
    EXPECT_EQ(w.state("web"), State::tripped);
    w.habits().startsFail = false;
    w.pass(200s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(CoordinatorTest, AProgramThatDiesRightAfterItsStartWasNotStarted) {
    World& w = up();
    const auto restart = w.request(Verb::restart, "web");
    w.pass(20ms);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_FALSE(w.answer(restart)) << "it may still end right away";
    w.kill("web", 0x100);
    w.pass(5ms);
    ASSERT_TRUE(w.answer(restart));
    ASSERT_FALSE(w.answer(restart)->ok());
    EXPECT_EQ(w.answer(restart)->error().message, "web ended right after its start: exited with status 1");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running) << "and it is healed";
    const auto again = w.request(Verb::restart, "web");
    w.pass(250ms);
    ASSERT_TRUE(w.answer(again));
    EXPECT_TRUE(w.answer(again)->ok());
}

TEST_F(CoordinatorTest, AJobThatIsDoneRightAfterItsStartWasStarted) {
    ProcessPlan plan = processPlan("web");
    plan.recovery.restartOn = RestartOn::failure;
    World& w = up(plan);
    const auto restart = w.request(Verb::restart, "web");
    w.pass(20ms);
    w.kill("web", 0);
    w.pass(100ms);
    ASSERT_TRUE(w.answer(restart));
    EXPECT_TRUE(w.answer(restart)->ok());
}

TEST_F(CoordinatorTest, TheLastRequestCounts) {
    World& w = up();
    w.habits().stop = 1s;
    const auto stop = w.request(Verb::stop, "web");
    const auto start = w.request(Verb::start, "web");
    w.pass(3s);
    ASSERT_TRUE(w.answer(stop));
    EXPECT_EQ(w.answer(stop)->error().kind, ErrorKind::busy);
    EXPECT_TRUE(w.answer(start)->ok());
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(CoordinatorTest, AStopDuringAStartWins) {
    World& w = up();
    w.habits().start = 1s;
    w.kill("web");
    w.pass(10ms);
    ASSERT_EQ(w.state("web"), State::recovering);
    w.request(Verb::stop, "web");
    w.pass(1h);
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_EQ(w.copies("web"), 0U);
}

TEST_F(CoordinatorTest, PausedMeansWatchedButNotRecovered) {
    World& w = up();
    EXPECT_TRUE(w.answer(w.request(Verb::pause, "web"))->ok());
    EXPECT_EQ(w.state("web"), State::paused);
    EXPECT_TRUE(w.view("web").instance);
    w.kill("web");
    w.pass(1h);
    EXPECT_EQ(w.state("web"), State::paused);
    EXPECT_EQ(w.copies("web"), 0U);
    w.request(Verb::resume, "web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(CoordinatorTest, ResumeGoesBackToExactlyTheOldState) {
    World& w = up();
    w.request(Verb::stop, "web");
    w.pass(1s);
    w.request(Verb::pause, "web");
    w.request(Verb::resume, "web");
    w.pass(1h);
    EXPECT_EQ(w.state("web"), State::stopped);

    World& t = tripped();
    const auto retry = t.view("web").breakerRetryAt;
    t.request(Verb::pause, "web");
    t.pass(10s);
    t.request(Verb::resume, "web");
    EXPECT_EQ(t.state("web"), State::tripped);
    EXPECT_EQ(t.view("web").breakerRetryAt, retry);
    t.pass(200s);
    EXPECT_EQ(t.state("web"), State::running);
}

TEST_F(CoordinatorTest, ResetOfAnOpenBreakerRecoversAtOnce) {
    World& w = tripped();
    w.request(Verb::resetBreaker, "web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(CoordinatorTest, StoppedThroughSystemdIsNotHealed) {
    World& w = up();
    w.habits().start = 1s;
    w.kill("web", 15);
    w.pass(10ms);
    w.report(event::StoppedOnPurpose{"web", "stopped through systemd"});
    w.pass(1h);
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_EQ(w.view("web").stateReason, "stopped through systemd");
    w.request(Verb::start, "web");
    w.pass(2s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(CoordinatorTest, WhatIsStartedByHandAfterAStopStaysUnhealedUntilStartedThroughHealer) {
    World& w = up();
    w.request(Verb::stop, "web");
    w.pass(1s);
    w.startElsewhere("web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
    w.kill("web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::stopped);
}

TEST_F(CoordinatorTest, ObserveOnlyReportsAndActsOnNothing) {
    Plan plan = planOf({processPlan("web")});
    plan.observeOnly = true;
    world.emplace(plan);
    world->begin();
    world->pass(1h);
    EXPECT_EQ(world->launches("web"), 0);
    EXPECT_EQ(world->state("web"), State::down);
    EXPECT_FALSE(world->answer(world->request(Verb::start, "web"))->ok());
    plan.observeOnly = false;
    world->reload(plan);
    world->pass(1s);
    EXPECT_EQ(world->state("web"), State::running);
}

TEST_F(CoordinatorTest, ADisabledProcessIsLeftAlone) {
    ProcessPlan plan = processPlan("web");
    plan.enabled = false;
    world.emplace(planOf({plan}));
    world->begin();
    world->pass(1h);
    EXPECT_EQ(world->state("web"), State::disabled);
    EXPECT_EQ(world->launches("web"), 0);
    EXPECT_EQ(world->answer(world->request(Verb::start, "web"))->error().kind, ErrorKind::disabled);
    EXPECT_EQ(world->answer(world->request(Verb::start, "nobody"))->error().kind, ErrorKind::noSuchProcess);
}

TEST_F(CoordinatorTest, AUnitThatIsReportedStoppedWhileHealerStopsItIsGone) {
    ProcessPlan plan = processPlan("web");
    plan.unit = "web.service";
    World& w = up(plan);
    w.habits().stop = 1h;
    const auto id = w.request(Verb::stop, "web");
    w.vanish("web");
    w.report(event::StoppedOnPurpose{"web", "stopped through systemd"});
    w.pass(1s);
    ASSERT_TRUE(w.answer(id));
    EXPECT_TRUE(w.answer(id)->ok());
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_EQ(w.view("web").stateReason, "stopped by request");
}

TEST_F(CoordinatorTest, AUnitThatIsStartedThroughSystemdAgainIsHealedAgain) {
    ProcessPlan plan = processPlan("web");
    plan.unit = "web.service";
    World& w = up(plan);
    w.report(event::StoppedOnPurpose{"web", "stopped through systemd"});
    w.kill("web", 15);
    w.pass(1s);
    ASSERT_EQ(w.state("web"), State::stopped);
    w.startElsewhere("web");
    w.pass(1s);
    ASSERT_EQ(w.state("web"), State::running);
    w.kill("web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(CoordinatorTest, AStartOverridesAStopThatStillWaitsForTheMonitors) {
    ProcessPlan plan = processPlan("web");
    plan.recovery.backoff.initial = 1s;
    plan.recovery.backoff.jitterPercent = 0;
    World& w = up(plan);
    w.kill("web");
    w.pass(1s + 1ms); // the backoff is over: the monitors look
    const auto stop = w.request(Verb::stop, "web");
    ASSERT_FALSE(w.answer(stop));
    const auto start = w.request(Verb::start, "web");
    w.pass(1min);
    ASSERT_TRUE(w.answer(stop));
    ASSERT_FALSE(w.answer(stop)->ok());
    EXPECT_EQ(w.answer(stop)->error().kind, ErrorKind::busy);
    ASSERT_TRUE(w.answer(start));
    EXPECT_TRUE(w.answer(start)->ok());
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.launches("web"), 2);
}

} // namespace
} // namespace healer::core::test
