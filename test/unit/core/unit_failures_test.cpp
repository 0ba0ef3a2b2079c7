// SPDX-License-Identifier: Apache-2.0
// A failed probe of a unit counts when systemd has said that the unit is in order; then it is restarted by
// one job.
#include "unit/core/coordinator_fixture.hpp"

namespace healer::core::test {
namespace {

ProcessPlan probedUnit() {
    ProcessPlan plan = processPlan("web");
    plan.unit = "web.service";
    plan.command = {};
    plan.monitors = {MonitorPlan{"unit", {}, false}, MonitorPlan{"network", {}, true}};
    plan.monitors[1].role = MonitorRole::probe;
    plan.monitors[1].args["target_url"] = std::string("tcp://web");
    return plan;
}

/// What the core orders, without a machine that carries it out.
class UnitFailures : public testing::Test {
protected:
    UnitFailures() : core_(planOf({probedUnit()}), {}) {
        actions_ = core_.begin(now_);
        send(event::Healthy{"web", 1});
        send(event::Up{"web", kFirst});
        EXPECT_EQ(state(), State::running);
    }
    template <typename Of>
    [[nodiscard]] std::vector<Of> ordered() const {
        std::vector<Of> found;
        for (const auto& action : actions_) {
            if (const auto* wanted = std::get_if<Of>(&action)) {
                found.push_back(*wanted);
            }
        }
        return found;
    }
    void send(const core::Event& event) {
        now_ = now_.after(10ms);
        actions_ = core_.handle(event, now_);
    }
    void fails() { send(event::Unhealthy{"web", 1, "tcp://web", "refused"}); }
    [[nodiscard]] State state() const { return core_.view("web")->state; }

    static constexpr ProcessKey kFirst{100, 1};
    static constexpr ProcessKey kSecond{200, 2};
    Moment now_{TimePoint(1h)};
    Coordinator core_;
    Actions actions_;
};

TEST_F(UnitFailures, systemdIsAskedFirst) {
    fails();
    EXPECT_EQ(state(), State::running);
    ASSERT_EQ(ordered<action::Look>().size(), 1U);
    EXPECT_FALSE(ordered<action::Look>().front().probesToo);
    EXPECT_TRUE(ordered<action::Stop>().empty());
    send(event::Up{"web", kFirst});
    ASSERT_EQ(ordered<action::Stop>().size(), 1U);
    EXPECT_TRUE(ordered<action::Stop>().front().forRestart);
}

TEST_F(UnitFailures, whatSystemdHasRestartedMeanwhileHasNotFailed) {
    fails();
    send(event::Up{"web", kSecond});
    EXPECT_TRUE(ordered<action::Stop>().empty());
    EXPECT_EQ(state(), State::running);
    send(event::Up{"web", kSecond});
    EXPECT_TRUE(ordered<action::Stop>().empty()) << "the failure was of another instance";
}

TEST_F(UnitFailures, whatAnOperatorHasStoppedMeanwhileStaysStopped) {
    fails();
    send(event::StoppedOnPurpose{"web", "stopped through systemd"});
    send(event::Down{"web", kFirst, exitFromWaitStatus(0), {}});
    EXPECT_EQ(state(), State::stopped);
    EXPECT_TRUE(ordered<action::Launch>().empty());
}

TEST_F(UnitFailures, aProbeThatPassesAgainEndsTheSuspicion) {
    fails();
    send(event::Healthy{"web", 1});
    send(event::Up{"web", kFirst});
    EXPECT_TRUE(ordered<action::Stop>().empty());
}

TEST_F(UnitFailures, whereSystemdDoesNotAnswerTheProbeCounts) {
    fails();
    send(event::Absent{"web", "systemd does not report the state of unit web.service"});
    EXPECT_EQ(ordered<action::Stop>().size(), 1U);
}

TEST_F(UnitFailures, afterAJobItIsAskedAgain) {
    send(event::JobUnderWay{"web", true});
    fails();
    EXPECT_TRUE(ordered<action::Look>().empty());
    send(event::Up{"web", kFirst});
    EXPECT_TRUE(ordered<action::Stop>().empty()) << "systemd is at work on it";
    send(event::JobUnderWay{"web", false});
    EXPECT_EQ(ordered<action::Look>().size(), 1U);
    EXPECT_TRUE(ordered<action::Stop>().empty());
    send(event::Up{"web", kFirst});
    EXPECT_EQ(ordered<action::Stop>().size(), 1U);
}

TEST_F(UnitFailures, theRestartIsFollowedByAStartThatAdopts) {
    fails();
    send(event::Up{"web", kFirst});
    send(event::Down{"web", kFirst, exitFromWaitStatus(SIGTERM), {}});
    ASSERT_EQ(ordered<action::Launch>().size(), 1U);
    const auto attempt = ordered<action::Launch>().front().attempt;
    send(event::LaunchFinished{"web", attempt, Instance(kSecond)});
    send(event::Up{"web", kSecond});
    send(event::Healthy{"web", 1});
    EXPECT_EQ(state(), State::running);
    EXPECT_EQ(core_.view("web")->restartCount, 1U);
}

TEST_F(UnitFailures, anotherRunThatIsSeenFirstIsTheEndOfTheOldOne) {
    fails();
    send(event::Up{"web", kFirst});
    send(event::Up{"web", kSecond});
    EXPECT_EQ(ordered<action::Launch>().size(), 1U);
    EXPECT_TRUE(ordered<action::Stop>().empty());
}

TEST_F(UnitFailures, anOperatorsStopDuringTheRestartCounts) {
    fails();
    send(event::Up{"web", kFirst});
    send(event::StoppedOnPurpose{"web", "stopped through systemd"});
    send(event::Down{"web", kFirst, exitFromWaitStatus(SIGTERM), {}});
    EXPECT_TRUE(ordered<action::Launch>().empty());
    EXPECT_EQ(state(), State::stopped);
}

TEST_F(UnitFailures, aRestartOnRequestThatIsOvertakenByAStopIsAnswered) {
    send(event::Request{event::Verb::restart, "web", 9});
    ASSERT_EQ(ordered<action::Stop>().size(), 1U);
    EXPECT_TRUE(ordered<action::Stop>().front().forRestart);
    send(event::StoppedOnPurpose{"web", "stopped through systemd"});
    ASSERT_EQ(ordered<action::Reply>().size(), 1U);
    EXPECT_FALSE(ordered<action::Reply>().front().outcome.ok());
    send(event::Down{"web", kFirst, exitFromWaitStatus(SIGTERM), {}});
    EXPECT_EQ(state(), State::stopped);
}

TEST_F(UnitFailures, whatIsImpededDoesNotCountForTheBreaker) {
    send(event::Down{"web", kFirst, exitFromWaitStatus(SIGKILL), {}});
    for (int attempt = 0; attempt < 10; ++attempt) {
        ASSERT_EQ(ordered<action::Launch>().size(), 1U) << attempt;
        const auto number = ordered<action::Launch>().front().attempt;
        send(event::LaunchFinished{"web", number, Error{"no such file", ErrorKind::impeded}});
        EXPECT_EQ(core_.view("web")->breaker, BreakerState::closed);
        now_ = now_.after(31s);
        actions_ = core_.advance(now_);
        send(event::Absent{"web", "not running"});
    }
    const auto number = ordered<action::Launch>().front().attempt;
    send(event::LaunchFinished{"web", number, Instance(kSecond)});
    send(event::Healthy{"web", 1});
    send(event::Up{"web", kSecond});
    EXPECT_EQ(state(), State::running);
}

TEST_F(UnitFailures, aProgramThatSystemdCouldNotExecuteWasNotStarted) {
    send(event::Down{"web", kFirst, exitFromWaitStatus(SIGKILL), {}});
    for (pid_t pid = 300; pid < 310; ++pid) {
        ASSERT_EQ(ordered<action::Launch>().size(), 1U) << pid;
        const ProcessKey started{pid, 3};
        send(event::LaunchFinished{"web", ordered<action::Launch>().front().attempt, Instance(started)});
        send(event::Healthy{"web", 1});
        send(event::Up{"web", started});
        send(event::Down{"web", started, exitFromWaitStatus(203 << 8), {}});
        EXPECT_EQ(core_.view("web")->breaker, BreakerState::closed);
        EXPECT_TRUE(ordered<action::Launch>().empty()) << "a pause first";
        now_ = now_.after(31s);
        actions_ = core_.advance(now_);
        send(event::Absent{"web", "not running"});
    }
    EXPECT_EQ(ordered<action::Launch>().size(), 1U);
}

TEST_F(UnitFailures, aStartThroughSystemdDuringAStopCounts) {
    send(event::Request{event::Verb::stop, "web", 9});
    send(event::Up{"web", kSecond, {}, true});
    ASSERT_EQ(ordered<action::Reply>().size(), 1U);
    EXPECT_EQ(ordered<action::Reply>().front().outcome.error().message, "a start was requested meanwhile");
    ASSERT_EQ(ordered<action::Launch>().size(), 1U) << "which adopts it";
    send(event::LaunchFinished{"web", ordered<action::Launch>().front().attempt, Instance(kSecond)});
    send(event::Healthy{"web", 1});
    send(event::Up{"web", kSecond});
    EXPECT_EQ(state(), State::running);
}

TEST_F(UnitFailures, whatSystemdRestartsByItselfDuringAStopIsStoppedToo) {
    send(event::Request{event::Verb::stop, "web", 9});
    send(event::Up{"web", kSecond});
    ASSERT_EQ(ordered<action::Stop>().size(), 1U);
    EXPECT_EQ(ordered<action::Stop>().front().instance, Instance(kSecond));
    send(event::Down{"web", kSecond, exitFromWaitStatus(0), {}});
    EXPECT_EQ(state(), State::stopped);
}

TEST_F(UnitFailures, aStartThroughSystemdResetsTheBreaker) {
    Instance running = kFirst;
    for (pid_t pid = 300; state() != State::tripped && pid < 310; ++pid) {
        send(event::Down{"web", running, exitFromWaitStatus(SIGKILL), {}});
        if (ordered<action::Launch>().empty()) {
            break;
        }
        running = ProcessKey{pid, 3};
        send(event::LaunchFinished{"web", ordered<action::Launch>().front().attempt, running});
        send(event::Healthy{"web", 1});
        send(event::Up{"web", running});
    }
    ASSERT_EQ(state(), State::tripped);
    send(event::Up{"web", kSecond, {}, true});
    EXPECT_EQ(state(), State::running);
    EXPECT_EQ(core_.view("web")->breaker, BreakerState::closed);
}

TEST_F(UnitFailures, aStopOnRequestIsNoRestart) {
    send(event::Request{event::Verb::stop, "web", 9});
    ASSERT_EQ(ordered<action::Stop>().size(), 1U);
    EXPECT_FALSE(ordered<action::Stop>().front().forRestart);
}

TEST_F(UnitFailures, aStopDuringTheRestartEndsTheJobThatWouldStartIt) {
    send(event::Request{event::Verb::restart, "web", 9});
    send(event::Request{event::Verb::stop, "web", 10});
    ASSERT_EQ(ordered<action::Stop>().size(), 1U);
    EXPECT_FALSE(ordered<action::Stop>().front().forRestart);
    send(event::Down{"web", kFirst, exitFromWaitStatus(SIGTERM), {}});
    EXPECT_TRUE(ordered<action::Launch>().empty());
    EXPECT_EQ(state(), State::stopped);
}

TEST_F(UnitFailures, aStopIsNotForgottenBecauseItsUnitComesUpAtTheStartOfHealer) {
    Coordinator next(planOf({probedUnit()}), {});
    (void)next.begin(now_);
    (void)next.handle(event::Request{event::Verb::stop, "web", 9}, now_); // a job of its unit is under way
    const auto actions = next.handle(event::Up{"web", kSecond}, now_);
    EXPECT_TRUE(std::ranges::any_of(
        actions, [](const Action& action) { return std::holds_alternative<action::Stop>(action); }));
    (void)next.handle(event::Down{"web", kSecond, exitFromWaitStatus(SIGTERM), {}}, now_.after(10ms));
    EXPECT_EQ(next.view("web")->state, State::stopped);
}

TEST_F(UnitFailures, whatDiesWhileItStartsIsNoLongerStarted) {
    send(event::Down{"web", kFirst, exitFromWaitStatus(SIGKILL), {}});
    send(event::Up{"web", kSecond}); // before the launcher answers
    send(event::Down{"web", kSecond, exitFromWaitStatus(203 << 8), {}});
    ASSERT_EQ(ordered<action::CancelLaunch>().size(), 1U);
    EXPECT_TRUE(ordered<action::CancelLaunch>().front().leave) << "a stop would take others along";
}

/// What an earlier Healer had under way.
class Interrupted : public testing::Test {
protected:
    static Coordinator after(const ProcessPlan& plan, SavedState saved) {
        return Coordinator(planOf({plan}), {{plan.name, std::move(saved)}});
    }
    template <typename Of>
    static std::vector<Of> of(const Actions& actions) {
        std::vector<Of> found;
        for (const auto& action : actions) {
            if (const auto* wanted = std::get_if<Of>(&action)) {
                found.push_back(*wanted);
            }
        }
        return found;
    }

    static constexpr ProcessKey kRunning{100, 1};
    Moment now_{TimePoint(1h)};
};

TEST_F(Interrupted, aRestartIsResumed) {
    SavedState saved;
    saved.instance = Instance(kRunning);
    saved.stopping = true;
    saved.recovering = true;
    Coordinator core = after(processPlan("web"), saved);
    (void)core.begin(now_);
    const auto stops = of<action::Stop>(core.handle(event::Up{"web", kRunning}, now_));
    ASSERT_EQ(stops.size(), 1U);
    EXPECT_TRUE(stops.front().resumed);
    (void)core.handle(event::StoppedOnPurpose{"web", "that was Healer"}, now_);
    const auto ended = core.handle(event::Down{"web", kRunning, exitFromWaitStatus(SIGTERM), {}}, now_);
    EXPECT_EQ(of<action::Launch>(ended).size(), 1U);
}

TEST_F(Interrupted, aStopOnRequestIsResumed) {
    SavedState saved;
    saved.instance = Instance(kRunning);
    saved.stopping = true;
    saved.stop = OperatorRequests::Stop{OperatorRequests::StopBy::healer, "stopped by request", now_.at};
    Coordinator core = after(processPlan("web"), saved);
    (void)core.begin(now_);
    EXPECT_EQ(of<action::Stop>(core.handle(event::Up{"web", kRunning}, now_)).size(), 1U);
    (void)core.handle(event::Down{"web", kRunning, exitFromWaitStatus(SIGTERM), {}}, now_);
    EXPECT_EQ(core.view("web")->state, State::stopped);
}

TEST_F(Interrupted, whatWasLeftAloneIsSavedAgainBeforeAnybodyHasLooked) {
    SavedState saved;
    saved.left = SavedState::Left{false, "exited with status 0"};
    Coordinator core = after(processPlan("web"), saved);
    (void)core.begin(now_);
    const auto again = core.savedState("web");
    ASSERT_TRUE(again);
    ASSERT_TRUE(again->left);
    EXPECT_EQ(again->left->reason, "exited with status 0");
}

TEST_F(Interrupted, anEndThatWasReportedIsNotReportedAgain) {
    SavedState saved;
    saved.instance = Instance(kRunning);
    saved.ended = true;
    saved.recovering = true;
    Coordinator core = after(processPlan("web"), saved);
    (void)core.begin(now_);
    const auto actions = core.handle(event::Absent{"web", "no running instance was found"}, now_);
    const auto launches = of<action::Launch>(actions);
    ASSERT_EQ(launches.size(), 1U);
    EXPECT_EQ(launches.front().predecessor, Instance(kRunning)) << "what it has left behind is ended";
    for (const auto& announced : of<action::Announce>(actions)) {
        EXPECT_FALSE(std::holds_alternative<notice::ProcessDown>(announced.notice));
    }
}

} // namespace
} // namespace healer::core::test
