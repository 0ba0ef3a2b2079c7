// SPDX-License-Identifier: Apache-2.0
#include "unit/core/coordinator_fixture.hpp"

namespace healer::core::test {
namespace {

TEST_F(CoordinatorTest, FindsARunningInstanceInsteadOfStartingASecond) {
    world.emplace(planOf({processPlan("web")}));
    const ProcessKey key = world->startElsewhere("web");
    world->begin();
    world->pass(1s);
    EXPECT_EQ(world->view("web").instance, key);
    EXPECT_EQ(world->launches("web"), 0);
    EXPECT_EQ(world->copies("web"), 1U);
    EXPECT_EQ(world->notices<notice::Adopted>("web").size(), 1U);
}

TEST_F(CoordinatorTest, StartsWhatIsNotRunningWithoutCountingIt) {
    World& w = up();
    EXPECT_EQ(w.launches("web"), 1);
    EXPECT_EQ(w.view("web").restartCount, 0U);
    ASSERT_EQ(w.notices<notice::RecoveryStarted>("web").size(), 1U);
    EXPECT_EQ(w.notices<notice::RecoveryStarted>("web")[0].cause, notice::Cause::initial);
}

TEST_F(CoordinatorTest, RestartsAKilledProcessAtOnce) {
    World& w = up();
    const auto before = w.view("web").instance;
    w.kill("web");
    w.pass(10ms);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_NE(w.view("web").instance, before);
    EXPECT_EQ(w.view("web").restartCount, 1U);
    ASSERT_TRUE(w.view("web").lastExit);
    EXPECT_EQ(w.view("web").lastExit->exit.signal, 9);
    EXPECT_EQ(w.view("web").lastExit->pid, pidOf(before));
}

TEST_F(CoordinatorTest, OneIncidentOneRecoveryHoweverManyReports) {
    World& w = up();
    const auto key = *w.running("web");
    w.kill("web");
    for (int i = 0; i < 5; ++i) {
        w.report(event::Down{"web", key, exitFromWaitStatus(9)});
    }
    w.pass(1s);
    EXPECT_EQ(w.launches("web"), 2);
    EXPECT_EQ(w.notices<notice::ProcessDown>("web").size(), 1U);
}

TEST_F(CoordinatorTest, TheEndOfAnUnrelatedProcessAndADyingInstanceChangeNothing) {
    World& w = up();
    w.report(event::Down{"web", ProcessKey{4242, 1}, exitFromWaitStatus(9)});
    EXPECT_EQ(w.state("web"), State::running);
    const auto old = *w.running("web");
    w.habits().start = 100ms;
    w.kill("web");
    w.pass(1ms);
    w.report(event::Up{"web", old}); // /proc still shows it
    EXPECT_EQ(w.state("web"), State::recovering);
    w.pass(1s);
    EXPECT_EQ(w.launches("web"), 2);
}

TEST_F(CoordinatorTest, TripsAndTriesAgainByItself) {
    World& w = tripped();
    EXPECT_EQ(w.launches("web"), 4);
    ASSERT_TRUE(w.view("web").breakerRetryAt);
    const int before = w.launches("web");
    w.pass(170s);
    EXPECT_EQ(w.launches("web"), before);
    w.pass(15s);
    EXPECT_EQ(w.launches("web"), before + 1);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.view("web").breaker, BreakerState::halfOpen);
    w.pass(11s);
    EXPECT_EQ(w.view("web").breaker, BreakerState::closed);
    const auto changes = w.notices<notice::BreakerChanged>("web");
    ASSERT_EQ(changes.size(), 3U);
    EXPECT_EQ(changes[0].to, BreakerState::open);
    EXPECT_EQ(changes[1].to, BreakerState::halfOpen);
    EXPECT_EQ(changes[2].to, BreakerState::closed);
}

TEST_F(CoordinatorTest, AFailedTrialOpensTheBreakerAgain) {
    World& w = tripped();
    w.pass(180s);
    ASSERT_EQ(w.state("web"), State::running);
    w.kill("web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::tripped);
    w.pass(200s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(CoordinatorTest, AdoptsWhatIsStartedElsewhereWhileTripped) {
    World& w = tripped();
    const auto key = w.startElsewhere("web");
    w.pass(1s);
    EXPECT_EQ(w.view("web").instance, key);
    w.pass(300s);
    EXPECT_EQ(w.view("web").breaker, BreakerState::closed);
    EXPECT_EQ(w.view("web").instance, key);
    EXPECT_EQ(w.copies("web"), 1U);
}

TEST_F(CoordinatorTest, WaitsTheBackoffAndLooksBeforeItStarts) {
    ProcessPlan plan = processPlan("web");
    plan.recovery.backoff = {1s, 2, 30s, 0};
    World& w = up(plan);
    w.kill("web");
    w.pass(500ms);
    EXPECT_EQ(w.state("web"), State::backoff);
    // It is started elsewhere, and no monitor notices that at once: the look before the start finds it.
    const ProcessKey key = w.startUnnoticed("web");
    w.pass(1s);
    EXPECT_EQ(w.view("web").instance, Instance(key));
    EXPECT_EQ(w.launches("web"), 1);
}

TEST_F(CoordinatorTest, RestartOnFailureLeavesACleanExitDown) {
    ProcessPlan plan = processPlan("web");
    plan.recovery.restartOn = RestartOn::failure;
    World& w = up(plan);
    w.kill("web", 0);
    w.pass(1h);
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_FALSE(w.core().nextDeadline());
    w.request(Verb::start, "web");
    w.pass(1s);
    w.kill("web", 0x100);
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(CoordinatorTest, RestartOnAbnormalAnswersSignalsOnly) {
    ProcessPlan plan = processPlan("web");
    plan.recovery.restartOn = RestartOn::abnormal;
    World& w = up(plan);
    w.kill("web", 6 | 0x80);
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
    w.kill("web", 0x100);
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::stopped);
}

TEST_F(CoordinatorTest, AfterACleanExitItLooksForTheDaemonThatWasForked) {
    World& w = up();
    w.kill("web", 0);
    const ProcessKey key = w.startUnnoticed("web");
    w.pass(1s);
    EXPECT_EQ(w.view("web").instance, Instance(key));
    EXPECT_EQ(w.launches("web"), 1);
    w.kill("web", 0);
    w.pass(1s);
    EXPECT_EQ(w.launches("web"), 2);
}

TEST_F(CoordinatorTest, AConfirmingMonitorDecidesWhetherAStartSucceeded) {
    ProcessPlan plan = processPlan("web");
    plan.monitors = {MonitorPlan{"pid", {}, true}};
    world.emplace(planOf({plan}));
    world->habits().ready = 1h; // no PID file by itself
    world->begin();
    world->pass(1s);
    EXPECT_EQ(world->state("web"), State::starting);
    const auto key = *world->running("web");
    // It forks and its parent exits with 0; the PID file then names the child.
    world->report(event::Down{"web", key, exitFromWaitStatus(0)});
    world->pass(1s);
    EXPECT_EQ(world->state("web"), State::starting);
    world->vanish("web");
    const ProcessKey child = world->startUnnoticed("web");
    world->report(event::Up{"web", child});
    EXPECT_EQ(world->state("web"), State::running);
    EXPECT_EQ(world->view("web").instance, Instance(child));
}

TEST_F(CoordinatorTest, AStartThatIsNotConfirmedInTimeIsEndedAndTriedAgain) {
    ProcessPlan plan = processPlan("web");
    plan.monitors = {MonitorPlan{"pid", {}, true}};
    world.emplace(planOf({plan}));
    world->habits().ready = 1h; // no PID file by itself
    world->begin();
    world->pass(29s);
    EXPECT_EQ(world->launches("web"), 1);
    world->pass(2s);
    EXPECT_EQ(world->launches("web"), 2);
    EXPECT_EQ(world->copies("web"), 1U);
}

TEST_F(CoordinatorTest, AnOrderThatIsNotCarriedOutInTimeIsWithdrawn) {
    world.emplace(planOf({processPlan("web")}));
    world->habits().start = 40s;
    world->begin();
    world->pass(29s);
    world->habits().start = 1s;
    world->pass(1min);
    EXPECT_EQ(world->state("web"), State::running);
    EXPECT_EQ(world->launches("web"), 1);
    EXPECT_EQ(world->copies("web"), 1U);
}

TEST_F(CoordinatorTest, AStartThatDiesBeforeItIsConfirmedHasFailedAtOnce) {
    ProcessPlan plan = processPlan("web");
    plan.monitors = {MonitorPlan{"pid", {}, true}};
    world.emplace(planOf({plan}));
    world->habits().ready = 1h; // no PID file by itself
    world->begin();
    world->pass(10ms);
    world->kill("web", 0x100);
    world->pass(10ms);
    EXPECT_EQ(world->launches("web"), 1) << "a pause: what was in its way may be over";
    EXPECT_EQ(world->view("web").stateReason,
              "exited with status 1 while it was starting; waits 500 ms before the next start");
    world->pass(600ms);
    EXPECT_EQ(world->launches("web"), 2);
}

TEST_F(CoordinatorTest, AFaultOfASecondCostsASecondOrTwo) {
    World& w = up();
    w.habits().startsFail = true;
    w.kill("web");
    w.pass(1s);
    EXPECT_EQ(w.view("web").breaker, BreakerState::closed);
    w.habits().startsFail = false;
    w.pass(2s);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.view("web").restartCount, 1U);
    w.pass(2min);
    w.kill("web");
    w.pass(50ms);
    EXPECT_EQ(w.state("web"), State::running) << "without a pause again";
}

TEST_F(CoordinatorTest, AThousandDeathsAtOnceAreAllRecoveredOnce) {
    std::vector<ProcessPlan> plans;
    for (int i = 0; i < 1000; ++i) {
        plans.push_back(processPlan("p" + std::to_string(1000 + i)));
    }
    world.emplace(planOf(plans));
    world->begin();
    world->pass(1s);
    for (const auto& plan : plans) {
        world->kill(plan.name);
    }
    world->pass(1s);
    for (const auto& plan : plans) {
        EXPECT_EQ(world->state(plan.name), State::running);
        EXPECT_EQ(world->launches(plan.name), 2);
    }
}

TEST_F(CoordinatorTest, ACrashLoopIsBoundedByTheBreaker) {
    world.emplace(planOf({processPlan("web")}));
    world->habits().diesAfter = 1ms;
    world->begin();
    world->pass(1h);
    // 1 initial start, 3 restarts, then one trial in each cooldown of 180 s.
    EXPECT_LE(world->launches("web"), 1 + 3 + 3600 / 180);
    EXPECT_GE(world->launches("web"), 3600 / 180);
}

/// A daemon that is started again while nothing runs.
class RestoredTest : public CoordinatorTest {
protected:
    Coordinator& restored(const Instance& instance, ProcessPlan plan) {
        SavedState saved;
        saved.instance = instance;
        saved.activeSince = TimePoint(1h);
        core.emplace(planOf({std::move(plan)}), SavedStates{{"web", saved}});
        take(core->begin(now));
        return *core;
    }
    void take(const Actions& actions) { taken.insert(taken.end(), actions.begin(), actions.end()); }
    template <typename T>
    [[nodiscard]] std::vector<T> announced() const {
        std::vector<T> found;
        for (const auto& action : taken) {
            const auto* announce = std::get_if<action::Announce>(&action);
            if (announce != nullptr && std::holds_alternative<T>(announce->notice)) {
                found.push_back(std::get<T>(announce->notice));
            }
        }
        return found;
    }

    std::optional<Coordinator> core;
    Actions taken;
    TimePoint now{2h};
};

TEST_F(RestoredTest, AnEndThatTheUnitStillKnowsIsReportedAsThat) {
    Coordinator& c = restored(ProcessKey{77, 7}, processPlan("web"));
    take(c.handle(event::Down{"web", ProcessKey{77, 7}, exitFromWaitStatus(11)}, now));
    EXPECT_TRUE(announced<notice::ProcessDown>().empty()) << "another instance may run";
    take(c.handle(event::Absent{"web", "no running instance was found"}, now));
    ASSERT_EQ(announced<notice::ProcessDown>().size(), 1U);
    EXPECT_EQ(announced<notice::ProcessDown>()[0].exit.signal, 11);
    EXPECT_EQ(c.view("web")->lastExit->exit.signal, 11);
}

TEST_F(RestoredTest, AnEndThatIsNotKnownIsVanished) {
    Coordinator& c = restored(ProcessKey{77, 7}, processPlan("web"));
    take(c.handle(event::Down{"web", ProcessKey{78, 8}, exitFromWaitStatus(11)}, now));
    take(c.handle(event::Absent{"web", "no running instance was found"}, now));
    ASSERT_EQ(announced<notice::ProcessDown>().size(), 1U);
    EXPECT_EQ(announced<notice::ProcessDown>()[0].exit.reason, ExitReason::vanished);
}

TEST_F(RestoredTest, WhatIsFoundRunningIsUpSinceItWasStarted) {
    core.emplace(planOf({processPlan("web")}), SavedStates{});
    now = TimePoint(2h);
    take(core->begin(now));
    const std::uint64_t ticks = 100U * 3600U; // an hour after boot
    take(core->handle(event::Up{"web", ProcessKey{77, ticks}}, now));
    EXPECT_EQ(core->view("web")->activeSince->at, TimePoint(1h));
    take(core->handle(event::Down{"web", ProcessKey{77, ticks}, exitFromWaitStatus(9)}, now + 1s));
    EXPECT_EQ(core->view("web")->lastExit->runtime, Duration(1h + 1s));
}

TEST_F(RestoredTest, TheStartOfAnAdoptedProcessNeverChanges) {
    SavedState saved;
    saved.instance = ProcessKey{77, 7};
    saved.activeSince = TimePoint(1h);
    saved.startedAt = Moment(TimePoint(30min), WallTime(5h));
    core.emplace(planOf({processPlan("web")}), SavedStates{{"web", saved}});
    take(core->begin(now));
    take(core->handle(event::Up{"web", ProcessKey{77, 7}}, now));
    EXPECT_EQ(core->view("web")->activeSince, saved.startedAt);
    EXPECT_EQ(core->savedState("web")->activeSince, saved.activeSince) << "for decisions";
}

TEST_F(RestoredTest, AStartTimeThatCannotBeIsNotShown) {
    core.emplace(planOf({processPlan("web")}), SavedStates{});
    take(core->begin(now));
    take(core->handle(event::Up{"web", ProcessKey{77, UINT64_MAX}}, now));
    EXPECT_EQ(core->view("web")->activeSince->at, now);
}

TEST_F(RestoredTest, WhatIsKnownByItsProbesAloneIsKnownAgain) {
    Coordinator& c = restored(Unidentified{5}, probedPlan("web"));
    take(c.handle(event::Healthy{"web", 1}, now));
    EXPECT_EQ(c.view("web")->state, State::running);
    EXPECT_EQ(c.view("web")->instance, Instance(Unidentified{5}));
    EXPECT_EQ(c.view("web")->activeSince->at, TimePoint(1h)) << "it has run all the time";
}

} // namespace
} // namespace healer::core::test
