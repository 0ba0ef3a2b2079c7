// SPDX-License-Identifier: Apache-2.0
// The parts of a managed process, each on its own: operator requests, health, the unit's side, targets.
#include "core/health.hpp"
#include "core/operator_requests.hpp"
#include "core/target_tracker.hpp"
#include "core/unit_side.hpp"
#include "unit/core/world.hpp"

#include <gtest/gtest.h>

namespace healer::core::test {
namespace {

using event::Verb;

class OperatorRequestsTest : public testing::Test {
protected:
    Numbers numbers;
    MoveObserver unobserved;
    ActionSink out{TimePoint(1h), numbers, unobserved};
    OperatorRequests requests;
};

TEST_F(OperatorRequestsTest, AnswersEachPendingRequestOnceByItsVerb) {
    requests.await({Verb::start, "web", 1});
    requests.await({Verb::restart, "web", 2});
    requests.await({Verb::stop, "web", 3});
    EXPECT_TRUE(requests.awaitsStart());
    requests.answerStarts(pid_t{77}, out);
    EXPECT_FALSE(requests.awaitsStart());
    EXPECT_TRUE(requests.awaits(Verb::stop));
    ASSERT_EQ(out.actions.size(), 2U);
    EXPECT_EQ(std::get<action::Reply>(out.actions[0]).id, 1U);
    EXPECT_EQ(*std::get<action::Reply>(out.actions[1]).outcome, 77);
    requests.answerStarts(pid_t{78}, out);
    EXPECT_EQ(out.actions.size(), 2U);
}

TEST_F(OperatorRequestsTest, KnowsThroughWhichDoorAStopCame) {
    EXPECT_FALSE(requests.stopWanted());
    requests.wantStop({OperatorRequests::StopBy::serviceManager, "systemctl stop"});
    EXPECT_TRUE(requests.stoppedThroughServiceManager());
    requests.wantStop({OperatorRequests::StopBy::healer, "stopped by request"});
    EXPECT_TRUE(requests.stopWanted());
    EXPECT_FALSE(requests.stoppedThroughServiceManager());
    requests.forgetStop();
    EXPECT_FALSE(requests.stopWanted());
}

TEST(HealthTest, AllPassOnlyWhenEveryProbeDoes) {
    ProcessPlan plan = probedPlan("web");
    plan.monitors.push_back(plan.monitors.back());
    Health health;
    EXPECT_FALSE(health.allPass(plan));
    health.passed(1);
    health.passed(1);
    EXPECT_FALSE(health.allPass(plan)) << "one probe that passes twice is one probe";
    health.passed(2);
    EXPECT_TRUE(health.allPass(plan));
    health.failed(1);
    EXPECT_FALSE(health.allPass(plan));
    EXPECT_TRUE(health.allPass(processPlan("unprobed")));
}

TEST(HealthTest, AnotherInstanceBeginsWithProbesThatHaveYetToPass) {
    const ProcessPlan plan = probedPlan("web");
    Health health;
    EXPECT_TRUE(health.track(ProcessKey{1, 1}));
    health.passed(1);
    EXPECT_FALSE(health.track(ProcessKey{1, 1}));
    EXPECT_TRUE(health.allPass(plan));
    EXPECT_TRUE(health.track(ProcessKey{1, 2}));
    EXPECT_FALSE(health.allPass(plan));
    health.passed(1);
    EXPECT_TRUE(health.track(UnitRun{5}));
    EXPECT_FALSE(health.allPass(plan));
}

TEST(HealthTest, WhatIsKnownByItsProbesKeepsThem) {
    const ProcessPlan plan = probedPlan("web");
    Health health;
    health.passed(1);
    EXPECT_FALSE(health.track(Unidentified{1}));
    EXPECT_FALSE(health.track(ProcessKey{1, 1})) << "the same service, identified now";
    EXPECT_TRUE(health.allPass(plan));
}

TEST(HealthTest, ConnectionsAreLostWithTheProcessOrOneByOne) {
    const ProcessPlan plan = probedPlan("web");
    EXPECT_EQ(lostConnections(plan, exitFromWaitStatus(9)).size(), 1U);
    Exit failed;
    failed.reason = ExitReason::probeFailed;
    failed.probe = "tcp://other";
    EXPECT_TRUE(lostConnections(plan, failed).empty());
    failed.probe = "tcp://web";
    failed.detail = "timed out";
    ASSERT_EQ(lostConnections(plan, failed).size(), 1U);
    EXPECT_EQ(lostConnections(plan, failed)[0].reason, "timed out");
    EXPECT_TRUE(lostConnections(processPlan("web"), exitFromWaitStatus(9)).empty());
}

TEST(UnitSideTest, AFailureDuringAJobIsHeldBackUntilItEnds) {
    UnitSide unit;
    const event::Unhealthy failure{"web", 0, "tcp://web", "refused"};
    EXPECT_FALSE(unit.holdsBack(failure));
    unit.jobBegan();
    EXPECT_TRUE(unit.holdsBack(failure));
    const auto held = unit.jobEnded();
    ASSERT_TRUE(held.failure);
    EXPECT_EQ(held.failure->reason, "refused");
    EXPECT_FALSE(unit.holdsBack(failure));
    unit.jobBegan();
    EXPECT_TRUE(unit.holdsBack(failure));
    unit.forgetHeldBack();
    EXPECT_FALSE(unit.jobEnded().failure);
}

TEST(UnitSideTest, AnEndDuringAJobIsHeldBackUntilItEnds) {
    UnitSide unit;
    const event::Down down{"web", ProcessKey{42, 7}, exitFromWaitStatus(15)};
    EXPECT_FALSE(unit.holdsBack(down));
    unit.jobStarts();
    unit.jobBegan();
    EXPECT_TRUE(unit.holdsBack(down));
    unit.forgetFailure();
    auto held = unit.jobEnded();
    ASSERT_TRUE(held.end);
    EXPECT_EQ(held.end->instance, down.instance);
    EXPECT_FALSE(held.started) << "there was no job when that was said";
    EXPECT_FALSE(unit.jobEnded().end);

    unit.jobBegan();
    unit.jobStarts();
    EXPECT_TRUE(unit.jobEnded().started);
    EXPECT_FALSE(unit.jobEnded().started);
}

TEST(UnitSideTest, AnEndThatFollowsFromATargetIsReportedAsThat) {
    UnitSide unit;
    const Exit clean = exitFromWaitStatus(0);
    EXPECT_EQ(unit.judged(clean), clean);
    unit.stoppedWith("db");
    EXPECT_TRUE(unit.stoppedByTarget());
    EXPECT_EQ(unit.judged(clean).reason, ExitReason::unitFailed);
    EXPECT_EQ(unit.judged(clean).detail,
              "systemd stopped it because it is bound to db (BindsTo=), which had ended");
    unit.forgetStopByTarget();
    EXPECT_EQ(unit.judged(clean), clean);
}

TEST(UnitSideTest, SaysWhereSystemdRestartsItByItself) {
    UnitSide unit;
    EXPECT_EQ(unit.runningReason(), "running");
    unit.learn({.name = "web", .restart = "always", .relations = {}});
    EXPECT_EQ(
        unit.runningReason(),
        "running; systemd restarts it by itself (Restart=always), Healer only when systemd has given up");
    unit.jobBegan();
    (void)unit.jobEnded();
    EXPECT_NE(unit.runningReason(), "running") << "a job does not change that";
}

class TargetTrackerTest : public testing::Test {
protected:
    TargetTrackerTest() {
        tracker.link(planOf({dependent(processPlan("app"), {{.target = "db"}}), processPlan("db")}));
    }
    static TargetFacts ready() { return {.ready = true, .underWay = false, .reason = "running"}; }
    static TargetFacts down() { return {.ready = false, .underWay = true, .reason = "recovering"}; }

    TargetTracker tracker;
    TimePoint now{1h};
};

TEST_F(TargetTrackerTest, ReportsChangesOfTargetsOnly) {
    EXPECT_EQ(tracker.note("app", ready(), ProcessKey{1, 1}, now).dependents, nullptr);
    const auto up = tracker.note("db", ready(), ProcessKey{2, 2}, now);
    ASSERT_NE(up.dependents, nullptr);
    EXPECT_EQ(*up.dependents, std::vector<std::string>{"app"});
    EXPECT_FALSE(up.restartedAfter) << "the first instance is no restart";
    EXPECT_EQ(tracker.note("db", ready(), ProcessKey{2, 2}, now).dependents, nullptr);
}

TEST_F(TargetTrackerTest, ARestartIsAnotherInstanceThatIsReady) {
    (void)tracker.note("db", ready(), ProcessKey{2, 2}, now);
    EXPECT_FALSE(tracker.note("db", down(), std::nullopt, now + 1s).restartedAfter);
    EXPECT_EQ(tracker.note("db", ready(), ProcessKey{3, 3}, now + 5s).restartedAfter, now + 1s);
    (void)tracker.note("db", down(), std::nullopt, now + 6s);
    EXPECT_FALSE(tracker.note("db", ready(), ProcessKey{3, 3}, now + 7s).restartedAfter)
        << "the same instance is ready again";
}

TEST_F(TargetTrackerTest, KnowsItsTargetsAcrossAReload) {
    (void)tracker.note("db", ready(), ProcessKey{2, 2}, now);
    tracker.link(planOf({dependent(processPlan("app"), {{.target = "db"}}),
                         dependent(processPlan("web"), {{.target = "db"}}), processPlan("db")}));
    (void)tracker.note("db", down(), std::nullopt, now + 1s);
    const auto change = tracker.note("db", ready(), ProcessKey{3, 3}, now + 5s);
    ASSERT_NE(change.dependents, nullptr);
    EXPECT_EQ(change.dependents->size(), 2U);
    EXPECT_TRUE(change.restartedAfter);
}

} // namespace
} // namespace healer::core::test
