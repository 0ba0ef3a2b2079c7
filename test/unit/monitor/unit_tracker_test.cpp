// SPDX-License-Identifier: Apache-2.0
#include "unit/monitor/unit_tracker_fixture.hpp"

namespace healer::monitor::unit {
namespace {

TEST_F(Tracker, AnswersEachQuestionOnce) {
    tracker.ask();
    EXPECT_THAT(report(running()), ElementsAre("up 10"));
    EXPECT_THAT(report(running()), IsEmpty());
    tracker.ask();
    EXPECT_THAT(report(running()), ElementsAre("up 10"));
}

TEST_F(Tracker, SaysWhyThereIsNone) {
    systemd::UnitFacts facts;
    facts.load = "not-found";
    facts.active = "inactive";
    tracker.ask();
    EXPECT_THAT(report(facts), ElementsAre("absent: unit web.service does not exist"));
}

TEST_F(Tracker, ADeathWithoutAJobIsDown) {
    upAs(10);
    EXPECT_THAT(report(failed()), ElementsAre("down 10 signaled"));
    EXPECT_THAT(report(failed()), IsEmpty());
}

TEST_F(Tracker, AnExitWithoutAJobIsDownToo) {
    upAs(10);
    auto facts = inactive();
    facts.execMainCode = CLD_EXITED;
    facts.execMainStatus = 0;
    EXPECT_THAT(report(facts), ElementsAre("down 10 exited"));
}

TEST_F(Tracker, AStopBySomebodyElseIsOnPurpose) {
    upAs(10);
    tracker.jobNew(5);
    EXPECT_THAT(report(with(running(), 5)), IsEmpty());
    EXPECT_THAT(report(with(inactive(), 5)), IsEmpty());
    tracker.jobRemoved(5, "done");
    EXPECT_THAT(report(inactive()), ElementsAre("stopped", "down 10 signaled"));
}

TEST_F(Tracker, AStopThatEndsInFailureIsOnPurposeAsWell) {
    upAs(10);
    job(5, "done");
    EXPECT_THAT(report(failed()), ElementsAre("stopped", "down 10 signaled"));
}

TEST_F(Tracker, HealersOwnStopIsNotOnPurpose) {
    own.insert(5);
    upAs(10);
    job(5, "done");
    EXPECT_THAT(report(inactive()), ElementsAre("down 10 signaled"));
}

TEST_F(Tracker, AStopOfAFailedUnitIsTold) {
    upAs(10);
    (void)report(failed());
    job(6, "done");
    EXPECT_THAT(report(failed()), ElementsAre("stopped"));
}

TEST_F(Tracker, ARestartBySomebodyElseIsAnotherIncarnation) {
    upAs(10);
    tracker.jobNew(5);
    EXPECT_THAT(report(with(inactive(), 5)), IsEmpty());
    EXPECT_THAT(report(with(running(11, "b"), 5)), ElementsAre("up 11"));
    tracker.jobRemoved(5, "done");
    EXPECT_THAT(report(running(11, "b")), IsEmpty());
    EXPECT_THAT(report(failed("b")), ElementsAre("down 11 signaled"));
}

TEST_F(Tracker, ARestartThatFailsIsDown) {
    upAs(10);
    job(5, "failed");
    EXPECT_THAT(report(failed("b")), ElementsAre("down 10 signaled"));
}

TEST_F(Tracker, AStartThatHasEndedAtOnceIsNoStop) {
    upAs(10);
    job(5, "done");
    EXPECT_THAT(report(inactive("b")), ElementsAre("down 10 signaled"));
}

TEST_F(Tracker, AReloadLeavesNoTrace) {
    upAs(10);
    job(5, "done");
    EXPECT_THAT(report(running()), IsEmpty());
    EXPECT_THAT(report(failed()), ElementsAre("down 10 signaled"));
}

TEST_F(Tracker, ARestartBySystemdItselfIsWaitedFor) {
    upAs(10);
    auto facts = failed();
    facts.active = "activating";
    facts.sub = "auto-restart";
    EXPECT_THAT(report(facts), IsEmpty());
    EXPECT_THAT(report(running(11, "b")), ElementsAre("up 11"));
}

TEST_F(Tracker, AnotherMainProcessIsAnotherIncarnation) {
    upAs(10);
    EXPECT_THAT(report(running(11)), ElementsAre("up 11"));
}

TEST_F(Tracker, HealersOwnStartIsLeftToWhoMadeIt) {
    own.insert(5);
    tracker.jobNew(5);
    EXPECT_THAT(report(with(running(), 5)), IsEmpty());
    EXPECT_TRUE(tracker.follow(core::ProcessKey{10, 7}));
    EXPECT_THAT(report(running()), IsEmpty());
    EXPECT_FALSE(tracker.follow(core::ProcessKey{10, 7}));
}

TEST_F(Tracker, WhatIsFollowedAndHasEndedIsDown) {
    EXPECT_TRUE(tracker.follow(core::ProcessKey{10, 7}));
    EXPECT_THAT(report(failed()), ElementsAre("down 10 signaled"));
}

TEST_F(Tracker, AStopThatNobodySawShowsInTheTimes) {
    auto stopped = inactive();
    stopped.activeExit = 100;
    stopped.execMainExit = 200;
    tracker.ask();
    EXPECT_THAT(report(stopped), ElementsAre("stopped", "absent: unit web.service is inactive"));
    // The same facts are nothing new.
    tracker.ask();
    EXPECT_THAT(report(stopped), ElementsAre("absent: unit web.service is inactive"));
}

TEST_F(Tracker, AnEndThatNobodySawIsNoStop) {
    tracker.ask();
    EXPECT_THAT(report(inactive()), ElementsAre("absent: unit web.service is inactive"));
}

TEST_F(Tracker, WhatWasUpAndIsUnloadedWasStopped) {
    upAs(10);
    tracker.lost();
    auto unloaded = inactive("");
    unloaded.activeExit = 0;
    EXPECT_THAT(report(unloaded), ElementsAre("stopped", "down 10 signaled"));
}

TEST_F(Tracker, HealersOwnStopIsRememberedOverALostConnection) {
    own.insert(5);
    upAs(10);
    tracker.jobNew(5);
    tracker.lost();
    EXPECT_THAT(report(inactive("")), ElementsAre("down 10 signaled"));
}

TEST_F(Tracker, AMainProcessThatIsGoneBeforeItsUnitIsTheSameIncarnation) {
    const core::ProcessKey key{10, 7};
    (void)tracker.update(running(), key);
    // A stop job is queued and the process has ended; PID 1 has not said so yet.
    EXPECT_THAT(tracker.update(with(running(), 5), std::nullopt), IsEmpty());
    const auto events = tracker.update(failed(), std::nullopt);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(std::get<core::event::Down>(events[0]).instance, core::Instance(key));
}

TEST_F(Tracker, anEndThatAnEarlierHealerMissedIsDownWhereTheUnitKnowsIt) {
    auto facts = failed();
    facts.execMainPid = 10;
    facts.execMainStart = 5'000'000;
    tracker.expect(core::ProcessKey{10, 500}, {});
    tracker.ask();
    EXPECT_THAT(report(facts), ElementsAre("down 10 signaled", "absent: unit web.service is failed"));
    tracker.ask();
    EXPECT_THAT(report(facts), ElementsAre("absent: unit web.service is failed"));
}

TEST_F(Tracker, anEndOfAnotherProcessIsNotThatOfTheKnownOne) {
    auto facts = failed();
    facts.execMainPid = 10;
    facts.execMainStart = 5'000'000;
    tracker.expect(core::ProcessKey{9, 500}, {});
    tracker.ask();
    EXPECT_THAT(report(facts), ElementsAre("absent: unit web.service is failed"));
}

// What came after a stop, and what systemd itself does.

TEST_F(Tracker, AStartThatFailedAfterAStopIsToldAsTheLastRequest) {
    upAs(10);
    job(5, "done");
    (void)report(inactive());
    job(6, "failed");
    EXPECT_THAT(report(failed("b")), ElementsAre("at rest, started since"));
}

TEST_F(Tracker, AStartThatNeverRanIsToldToo) {
    upAs(10);
    job(5, "done");
    (void)report(inactive());
    job(6, "dependency");
    EXPECT_THAT(report(inactive()), ElementsAre("at rest, started since"));
}

TEST_F(Tracker, HealersOwnFailedStartIsNobodysRequest) {
    upAs(10);
    job(5, "done");
    (void)report(inactive());
    own.insert(6);
    job(6, "failed");
    EXPECT_THAT(report(failed("b")), IsEmpty());
}

TEST_F(Tracker, AStartBySomebodyElseShows) {
    tracker.ask();
    (void)report(inactive());
    tracker.jobNew(6);
    const auto events = tracker.update(with(running(11, "b"), 6), core::ProcessKey{11, 7});
    ASSERT_EQ(events.size(), 1U);
    EXPECT_TRUE(std::get<core::event::Up>(events[0]).byOther);
}

TEST_F(Tracker, AStopThatSystemdMadeIsADeathWithItsReason) {
    upAs(10);
    job(5, "done");
    auto facts = inactive();
    facts.relations.bindsTo = {"dep.service"};
    ASSERT_TRUE(tracker.question(facts));
    EXPECT_EQ(*tracker.question(facts), (UnitTracker::Question{true, 5}));
    systemd::Surroundings around;
    around.stoppedBy = "dep.service";
    around.setting = "BindsTo=";
    around.obstacle = "waits for dep.service";
    const auto events = tracker.update(facts, std::nullopt, around);
    ASSERT_EQ(events.size(), 1U);
    const auto& down = std::get<core::event::Down>(events[0]);
    EXPECT_EQ(down.exit.detail,
              "systemd stopped it because it is bound to dep.service (BindsTo=), which had ended");
    EXPECT_EQ(down.unit.stoppedBy, "dep.service");
    EXPECT_EQ(down.unit.obstacle, "waits for dep.service");
}

systemd::UnitFacts working(const std::string& invocation) {
    auto facts = running(10, invocation);
    facts.type = "oneshot";
    facts.active = "activating";
    facts.sub = "start";
    return facts;
}

systemd::UnitFacts finished(const std::string& invocation) {
    auto facts = inactive(invocation);
    facts.type = "oneshot";
    facts.execMainCode = CLD_EXITED;
    facts.execMainStatus = 0;
    facts.activeExit = 0;
    return facts;
}

TEST_F(Tracker, AJobThatItsTimerStartsIsUpWhileItWorks) {
    tracker.ask();
    (void)report(inactive(""));
    tracker.jobNew(5);
    EXPECT_THAT(report(with(working("b"), 5)), ElementsAre("up 0"));
    tracker.jobRemoved(5, "done");
    EXPECT_THAT(report(finished("b")), ElementsAre("down 0 exited, in peace"));
}

TEST_F(Tracker, AJobThatIsStoppedWasStopped) {
    tracker.ask();
    (void)report(inactive(""));
    tracker.jobNew(5);
    (void)report(with(working("b"), 5));
    tracker.jobNew(6);
    tracker.jobRemoved(5, "canceled");
    tracker.jobRemoved(6, "done");
    auto facts = failed("b");
    facts.type = "oneshot";
    facts.activeExit = 0;
    EXPECT_THAT(report(facts), ElementsAre("stopped", "down 0 signaled"));
}

TEST_F(Tracker, AJobThatHasEndedUnseenIsRemembered) {
    tracker.expect(core::UnitRun{1}, {});
    tracker.ask();
    auto facts = finished("");
    facts.execMainCode = 0;
    EXPECT_THAT(report(facts), ElementsAre("at rest, in peace", "absent: unit web.service is inactive"));
}

} // namespace
} // namespace healer::monitor::unit
