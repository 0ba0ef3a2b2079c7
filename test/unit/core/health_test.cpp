// SPDX-License-Identifier: Apache-2.0
// A process whose probe fails although it lives.
#include "unit/core/coordinator_fixture.hpp"

namespace healer::core::test {
namespace {

class Health : public CoordinatorTest {
protected:
    World& probed() { return up(probedPlan("web")); }
};

TEST_F(Health, AStartIsCompleteWhenTheProbePasses) {
    world.emplace(planOf({probedPlan("web")}));
    world->habits().ready = 5s;
    world->begin();
    world->pass(4s);
    EXPECT_EQ(world->state("web"), State::starting);
    EXPECT_NE(world->view("web").stateReason.find("probes do not pass yet"), std::string::npos)
        << world->view("web").stateReason;
    world->pass(2s);
    EXPECT_EQ(world->state("web"), State::running);
    EXPECT_EQ(world->launches("web"), 1);
}

TEST_F(Health, AStartThatNeverAnswersHasFailedAndIsEnded) {
    ProcessPlan plan = probedPlan("web");
    plan.startTimeout = 10s;
    world.emplace(planOf({plan}));
    world->habits().ready = 1h;
    world->begin();
    world->pass(11s);
    const auto finished = world->notices<notice::RecoveryFinished>("web");
    ASSERT_FALSE(finished.empty());
    EXPECT_FALSE(finished[0].ok);
    EXPECT_LE(world->copies("web"), 1U);
}

TEST_F(Health, AnInstanceThatComesUpWhileAStartFailsIsTheInstance) {
    World& w = probed();
    w.habits().start = 1s;
    w.habits().ready = 10s;
    w.habits().startsFail = true;
    w.kill("web");
    w.pass(100ms);
    const auto key = w.startElsewhere("web");
    w.pass(5s);
    EXPECT_TRUE(w.notices<notice::RecoveryFinished>("web").back().ok)
        << "the order failed, the start did not";
    w.pass(10s);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.view("web").instance, Instance(key));
    EXPECT_EQ(w.view("web").breaker, BreakerState::closed);
}

TEST_F(Health, AHangingProcessIsEndedBeforeItsSuccessorStarts) {
    World& w = probed();
    const auto old = *w.running("web");
    w.habits().stop = 3s;
    w.hang("web");
    w.pass(2s);
    EXPECT_EQ(w.state("web"), State::recovering);
    EXPECT_EQ(w.copies("web"), 1U);
    w.cure("web");
    w.pass(10s);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_NE(w.running("web"), old);
    EXPECT_EQ(w.launches("web"), 2);
    EXPECT_EQ(w.view("web").restartCount, 1U);
    ASSERT_TRUE(w.view("web").lastExit);
    EXPECT_EQ(w.view("web").lastExit->exit.reason, ExitReason::probeFailed);
    ASSERT_EQ(w.notices<notice::ProcessDown>("web").size(), 1U);
    ASSERT_EQ(w.notices<notice::Disconnected>("web").size(), 1U);
    EXPECT_EQ(w.notices<notice::Disconnected>("web")[0].url, "tcp://web");
}

TEST_F(Health, WhatDoesNotAnswerWhileSystemdStopsItHasNotFailed) {
    World& w = probed();
    const auto instance = *w.running("web");
    w.report(event::JobUnderWay{"web", true});
    w.report(event::Unhealthy{"web", 0, "tcp://web", "refused"});
    w.pass(5s);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_TRUE(w.notices<notice::ProcessDown>("web").empty());
    w.report(event::StoppedOnPurpose{"web", "stopped through systemd"});
    w.report(event::Down{"web", instance, exitFromWaitStatus(0)});
    w.report(event::JobUnderWay{"web", false});
    w.pass(1h);
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_EQ(w.launches("web"), 1);
}

TEST_F(Health, WhatStillDoesNotAnswerAfterTheJobHas) {
    World& w = probed();
    w.report(event::JobUnderWay{"web", true});
    w.report(event::Unhealthy{"web", 0, "tcp://web", "refused"});
    w.report(event::JobUnderWay{"web", false});
    EXPECT_EQ(w.notices<notice::ProcessDown>("web").size(), 1U);
    w.pass(1min);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.launches("web"), 2);
}

TEST_F(Health, WhatAnsweredAgainOrWasReplacedDuringTheJobIsWell) {
    World& w = probed();
    w.report(event::JobUnderWay{"web", true});
    w.report(event::Unhealthy{"web", 0, "tcp://web", "refused"});
    w.report(event::Healthy{"web", 0});
    w.report(event::JobUnderWay{"web", false});
    w.pass(1min);
    EXPECT_EQ(w.launches("web"), 1) << "it answered";
    w.report(event::JobUnderWay{"web", true});
    w.report(event::Unhealthy{"web", 0, "tcp://web", "refused"});
    w.report(event::Up{"web", ProcessKey{4711, 1}});
    w.report(event::JobUnderWay{"web", false});
    EXPECT_TRUE(w.notices<notice::Disconnected>("web").empty()) << "another instance now";
    EXPECT_EQ(w.view("web").instance, Instance(ProcessKey{4711, 1}));
}

TEST_F(Health, AnExitIsADisconnectionToo) {
    World& w = probed();
    w.kill("web");
    w.pass(1s);
    ASSERT_EQ(w.notices<notice::Disconnected>("web").size(), 1U);
    EXPECT_EQ(w.notices<notice::Disconnected>("web")[0].reason, "killed by SIGKILL");
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(Health, WhatDoesNotEndIsKilled) {
    ProcessPlan plan = probedPlan("web");
    plan.stop.timeout = 5s;
    World& w = up(plan);
    w.habits().stopSignalEnds = StopSignalEnds::none;
    w.hang("web");
    w.pass(4s);
    EXPECT_EQ(w.launches("web"), 1);
    w.cure("web");
    w.pass(10s);
    // The cure came too late for the old one: it was already being ended.
    EXPECT_EQ(w.launches("web"), 2);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(Health, OneThatAnswersAgainBeforeItsRestartIsLeftAlone) {
    ProcessPlan plan = probedPlan("web");
    plan.recovery.backoff.initial = 60s;
    World& w = up(plan);
    const auto key = *w.running("web");
    w.hang("web");
    w.pass(5s);
    EXPECT_EQ(w.state("web"), State::backoff);
    EXPECT_EQ(w.view("web").instance, key) << "it lives, and that shows";
    w.cure("web");
    w.pass(5s);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.running("web"), key);
    EXPECT_EQ(w.launches("web"), 1);
}

TEST_F(Health, AnOpenBreakerLeavesAHangingProcessUntilItsTrial) {
    ProcessPlan plan = probedPlan("web");
    plan.recovery.retries = 1;
    plan.recovery.cooldown = 100s;
    World& w = up(plan);
    w.kill("web");
    w.pass(1s);
    const auto key = *w.running("web");
    w.hang("web");
    w.pass(50s);
    EXPECT_EQ(w.state("web"), State::tripped);
    EXPECT_EQ(w.running("web"), key);
    w.cure("web");
    w.hang("web");
    w.pass(60s);
    EXPECT_NE(w.running("web"), key) << "the trial replaces it";
}

TEST_F(Health, AHangingProcessIsStoppedOnRequest) {
    ProcessPlan plan = probedPlan("web");
    plan.recovery.backoff.initial = 60s;
    World& w = up(plan);
    w.hang("web");
    w.pass(5s);
    ASSERT_EQ(w.state("web"), State::backoff);
    const auto id = w.request(Verb::stop, "web");
    w.pass(10s);
    EXPECT_EQ(w.state("web"), State::stopped);
    EXPECT_EQ(w.copies("web"), 0U);
    ASSERT_TRUE(w.answer(id));
    EXPECT_TRUE(w.answer(id)->ok());
}

TEST_F(Health, AHangingProcessIsStartedOnRequest) {
    ProcessPlan plan = probedPlan("web");
    plan.recovery.backoff.initial = 1h;
    World& w = up(plan);
    const auto old = *w.running("web");
    w.hang("web");
    w.pass(5s);
    const auto id = w.request(Verb::start, "web");
    w.cure("web");
    w.pass(10s);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_TRUE(w.answer(id));
    (void)old;
    EXPECT_EQ(w.copies("web"), 1U);
}

TEST_F(Health, APausedHangingProcessIsNotTouched) {
    World& w = probed();
    const auto key = *w.running("web");
    w.request(Verb::pause, "web");
    w.hang("web");
    w.pass(1h);
    EXPECT_EQ(w.running("web"), key);
    w.request(Verb::resume, "web");
    w.cure("web");
    w.pass(1min);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.copies("web"), 1U);
}

TEST_F(Health, ObserveOnlyEndsNothing) {
    Plan plan = planOf({probedPlan("web")});
    plan.observeOnly = true;
    world.emplace(plan);
    const auto key = world->startElsewhere("web");
    world->begin();
    world->pass(1s);
    world->hang("web");
    world->pass(1min);
    EXPECT_EQ(world->state("web"), State::down);
    EXPECT_EQ(world->running("web"), key);
}

TEST_F(Health, TwoMonitorsOneIncident) {
    World& w = probed();
    const auto key = *w.running("web");
    w.hang("web");
    w.pass(1s);
    w.report(event::Down{"web", key, exitFromWaitStatus(9)});
    w.report(event::Unhealthy{"web", 1, "tcp://web", "refused"});
    w.cure("web");
    w.pass(1min);
    EXPECT_EQ(w.notices<notice::ProcessDown>("web").size(), 1U);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(Health, WhateverAnswersFirstWhatDoesNotRunIsStarted) {
    for (const bool probeFirst : {true, false}) {
        world.emplace(planOf({probedPlan("web")}));
        World& w = *world;
        w.begin();
        if (probeFirst) {
            w.report(event::Healthy{"web", 1});
        }
        EXPECT_EQ(w.state("web"), State::starting) << "another program may answer";
        w.pass(1s);
        EXPECT_EQ(w.state("web"), State::running);
        EXPECT_NE(w.pid("web"), 0);
        EXPECT_EQ(w.launches("web"), 1);
        w.kill("web");
        w.report(event::Healthy{"web", 1});
        w.pass(1s);
        EXPECT_EQ(w.launches("web"), 2);
        EXPECT_EQ(w.copies("web"), 1U);
    }
}

TEST_F(Health, WithNothingButProbesTheyDecideWhetherItRuns) {
    ProcessPlan plan = probedPlan("web");
    plan.monitors.erase(plan.monitors.begin());
    world.emplace(planOf({plan}));
    World& w = *world;
    w.habits().look = 10s;
    w.begin();
    w.report(event::Healthy{"web", 0});
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.pid("web"), 0);
}

/// A probe that is mistaken: whatever runs does not pass it.
class NeverPassed : public CoordinatorTest {
protected:
    World& begun(ProcessPlan plan = probedPlan("web")) {
        plan.startTimeout = 10s;
        world.emplace(planOf({std::move(plan)}));
        world->habits().ready = 24h;
        world->begin();
        return *world;
    }
};

TEST_F(NeverPassed, OneRestartIsMadeForItThenItIsLeftRunning) {
    World& w = begun();
    w.pass(11s);
    EXPECT_EQ(w.launches("web"), 2);
    w.pass(1h);
    EXPECT_EQ(w.launches("web"), 2);
    EXPECT_EQ(w.copies("web"), 1U);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.view("web").breaker, BreakerState::closed);
    EXPECT_NE(w.view("web").stateReason.find("has never passed"), std::string::npos)
        << w.view("web").stateReason;
    const auto notices = w.notices<notice::ProbeNeverPassed>("web");
    ASSERT_EQ(notices.size(), 2U);
    EXPECT_EQ(notices[0].then, notice::NeverPassed::restarted);
    EXPECT_EQ(notices[1].then, notice::NeverPassed::leftRunning);
}

TEST_F(NeverPassed, WhatRanAlreadyIsRestartedOnceOnly) {
    ProcessPlan plan = probedPlan("web");
    plan.startTimeout = 10s;
    world.emplace(planOf({plan}));
    World& w = *world;
    w.habits().ready = 24h;
    const auto first = w.startElsewhere("web");
    w.begin();
    w.pass(1s);
    EXPECT_EQ(w.running("web"), first);
    EXPECT_EQ(w.state("web"), State::running);
    w.report(event::Unhealthy{"web", 1, "tcp://web", "refused"});
    w.pass(1h);
    EXPECT_NE(w.running("web"), first);
    EXPECT_EQ(w.launches("web"), 1);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(NeverPassed, ItStillHealsADeath) {
    World& w = begun();
    w.pass(1min);
    w.kill("web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running) << "the probe no longer holds a start";
    EXPECT_EQ(w.launches("web"), 3);
}

TEST_F(NeverPassed, FromItsFirstPassItCounts) {
    World& w = begun();
    w.pass(1min);
    w.report(event::Healthy{"web", 1});
    EXPECT_EQ(w.view("web").stateReason, "running");
    w.habits().ready = 20ms;
    w.report(event::Unhealthy{"web", 1, "tcp://web", "refused"});
    w.pass(1min);
    EXPECT_EQ(w.launches("web"), 3);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(NeverPassed, OtherSettingsBeginAnew) {
    World& w = begun();
    w.pass(1min);
    ProcessPlan other = probedPlan("web");
    other.startTimeout = 10s;
    other.monitors[1].args["target_url"] = std::string("tcp://other");
    w.reload(planOf({other}));
    w.report(event::Unhealthy{"web", 1, "tcp://other", "refused"});
    w.pass(1h);
    EXPECT_EQ(w.launches("web"), 3) << "one restart for the other probe";
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(NeverPassed, IsRememberedByTheNextHealer) {
    World& w = begun();
    w.pass(1min);
    const auto running = w.running("web");
    ProcessPlan plan = probedPlan("web");
    plan.startTimeout = 10s;
    World next(planOf({plan}), w.snapshots());
    next.continueFrom(w);
    next.habits().ready = 24h;
    next.begin();
    next.pass(1s);
    next.report(event::Unhealthy{"web", 1, "tcp://web", "refused"});
    next.pass(1h);
    EXPECT_EQ(next.running("web"), running) << "it had its restart";
    EXPECT_EQ(next.state("web"), State::running);
}

TEST_F(NeverPassed, AProbeThatSaysNothingEndsNoStart) {
    World& w = begun();
    w.pass(1s);
    w.report(event::Inconclusive{"web", 1});
    w.pass(1min);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(Health, AWarningIsShownAndRestartsNothing) {
    World& w = probed();
    w.report(event::Healthy{"web", 1, "https://web/", "the certificate has expired"});
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.view("web").stateReason, "running; probe https://web/ warns: the certificate has expired");
    w.report(event::Healthy{"web", 1, "https://web/", "the certificate has expired"});
    EXPECT_EQ(w.notices<notice::ProbeWarning>("web").size(), 1U);
    w.report(event::Healthy{"web", 1, "https://web/", ""});
    EXPECT_EQ(w.view("web").stateReason, "running");
}

} // namespace
} // namespace healer::core::test
