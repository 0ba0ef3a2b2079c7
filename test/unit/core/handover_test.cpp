// SPDX-License-Identifier: Apache-2.0
// Programs that put themselves into the background, upgrades on the fly, and what belongs to an instance.
#include "core/coordinator.hpp"
#include "core/restart_policy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

namespace healer::core {
namespace {

using namespace std::chrono_literals;

constexpr ProcessKey kFirst{100, 1};
constexpr ProcessKey kDaemon{102, 1};
constexpr ProcessKey kNext{110, 5};

Exit exited(int code) {
    Exit exit;
    exit.reason = ExitReason::exited;
    exit.code = code;
    return exit;
}

enum class Confirms { no, byPidFile };

/// One command on a machine whose monitors and launchers are played by the test.
class Handover : public testing::Test {
protected:
    void begin(Confirms confirms, KillMode mode = KillMode::group) {
        ProcessPlan process;
        process.name = "web";
        process.command.path = "/usr/bin/web";
        process.stop.mode = mode;
        MonitorPlan monitor;
        monitor.type = confirms == Confirms::byPidFile ? "pid" : "ebpf";
        monitor.confirmsStart = confirms == Confirms::byPidFile;
        process.monitors.push_back(monitor);
        Plan plan;
        plan.processes.emplace_back(std::move(process));
        core_.emplace(std::move(plan), SavedStates{});
        take(core_->begin(now()));
        handle(event::Absent{"web", "no PID file"});
    }
    void handle(const Event& event) { take(core_->handle(event, now())); }
    void take(Actions actions) { actions_ = std::move(actions); }
    void pass(Duration time) {
        time_ += time;
        take(core_->advance(now()));
    }
    [[nodiscard]] Moment now() const { return {time_, WallTime(time_.time_since_epoch())}; }

    template <typename Wanted>
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(
            std::count_if(actions_.begin(), actions_.end(),
                          [](const Action& action) { return std::holds_alternative<Wanted>(action); }));
    }
    template <typename Wanted>
    [[nodiscard]] std::size_t announced() const {
        return static_cast<std::size_t>(
            std::count_if(actions_.begin(), actions_.end(), [](const Action& action) {
                const auto* announce = std::get_if<action::Announce>(&action);
                return announce != nullptr && std::holds_alternative<Wanted>(announce->notice);
            }));
    }
    [[nodiscard]] const ProcessView& view() const { return *core_->view("web"); }
    void launched(const Instance& instance) { handle(event::LaunchFinished{"web", 1, instance}); }
    void upWith(const ProcessKey& key) {
        launched(key);
        ASSERT_EQ(view().state, State::running);
    }

    std::optional<Coordinator> core_;
    Actions actions_;
    TimePoint time_{1000s};
};

TEST_F(Handover, aDaemonThatForkedBeforeAnybodyCouldLookIsWaitedFor) {
    begin(Confirms::byPidFile);
    launched(EndedProcess{100});
    EXPECT_EQ(view().state, State::starting);
    EXPECT_EQ(count<action::Look>(), 1U);
    handle(event::Down{"web", EndedProcess{100}, exited(0)});
    EXPECT_EQ(count<action::Launch>(), 0U);
    handle(event::Up{"web", kDaemon});
    EXPECT_EQ(view().state, State::running);
    EXPECT_EQ(view().instance, Instance(kDaemon));
    EXPECT_EQ(view().restartCount, 0U);
}

TEST_F(Handover, aDaemonThatIsSeenBeforeTheLauncherAnswersStaysTheInstance) {
    begin(Confirms::byPidFile);
    handle(event::Up{"web", kDaemon});
    launched(EndedProcess{100});
    handle(event::Down{"web", EndedProcess{100}, exited(0)});
    EXPECT_EQ(view().state, State::running);
    EXPECT_EQ(view().instance, Instance(kDaemon));
    EXPECT_EQ(count<action::Launch>(), 0U);
}

TEST_F(Handover, whatComesUpAfterAStopDuringItsStartIsStopped) {
    begin(Confirms::no);
    handle(event::Request{event::Verb::stop, "web", 5});
    EXPECT_EQ(count<action::CancelLaunch>(), 1U);
    EXPECT_EQ(view().state, State::stopped);
    handle(event::Up{"web", kFirst});
    EXPECT_EQ(count<action::Stop>(), 1U);
    launched(kFirst);
    handle(event::Down{"web", kFirst, exited(0)});
    EXPECT_EQ(view().state, State::stopped);
    handle(event::Up{"web", kDaemon});
    EXPECT_EQ(count<action::Stop>(), 0U) << "that one was started elsewhere, later";
}

TEST_F(Handover, whatIsStartedElsewhereAfterAStopIsNotTakenForAnEarlierStart) {
    begin(Confirms::no);
    handle(event::Up{"web", kFirst}); // before the launcher has answered
    EXPECT_EQ(view().state, State::running);
    handle(event::Request{event::Verb::stop, "web", 5});
    handle(event::Down{"web", kFirst, exited(0)});
    EXPECT_EQ(view().state, State::stopped);
    handle(event::Up{"web", kDaemon});
    EXPECT_EQ(count<action::Stop>(), 0U);
    EXPECT_EQ(view().instance, Instance(kDaemon));
}

TEST_F(Handover, aStartWhoseEndNobodySawMayHaveForked) {
    begin(Confirms::byPidFile);
    launched(kFirst);
    handle(event::Down{"web", kFirst, {}});
    EXPECT_EQ(count<action::Launch>(), 0U);
    handle(event::Up{"web", kDaemon});
    EXPECT_EQ(view().instance, Instance(kDaemon));
}

TEST_F(Handover, aStartThatFailedIsNoDaemon) {
    begin(Confirms::byPidFile);
    launched(EndedProcess{100});
    handle(event::Down{"web", EndedProcess{100}, exited(3)});
    EXPECT_NE(view().stateReason.find("exited with status 3 while it was starting"), std::string::npos);
    EXPECT_EQ(view().lastExit->exit.code, 3);
}

TEST_F(Handover, aCleanEndCountsWhenThereIsNoHeir) {
    begin(Confirms::no);
    upWith(kFirst);
    handle(event::Down{"web", kFirst, exited(0)});
    EXPECT_EQ(count<action::Look>(), 1U);
    EXPECT_EQ(announced<notice::ProcessDown>(), 0U);
    handle(event::Absent{"web", ""});
    EXPECT_EQ(announced<notice::ProcessDown>(), 1U);
    EXPECT_EQ(count<action::Launch>(), 1U);
    EXPECT_EQ(view().lastExit->exit.code, 0);
}

TEST_F(Handover, anHeirTakesOverWithoutAnIncident) {
    begin(Confirms::no);
    upWith(kFirst);
    handle(event::Down{"web", kFirst, exited(0)});
    handle(event::Up{"web", kNext});
    EXPECT_EQ(view().state, State::running);
    EXPECT_EQ(view().instance, Instance(kNext));
    EXPECT_EQ(announced<notice::ProcessDown>(), 0U);
    EXPECT_EQ(announced<notice::Adopted>(), 1U);
    EXPECT_EQ(view().restartCount, 0U);
    EXPECT_FALSE(view().lastExit);
}

TEST_F(Handover, aCrashIsHealedWithoutALook) {
    begin(Confirms::no);
    upWith(kFirst);
    handle(event::Down{"web", kFirst, exited(1)});
    EXPECT_EQ(count<action::Look>(), 0U);
    EXPECT_EQ(count<action::Launch>(), 1U);
}

TEST_F(Handover, aPidFileNamesTheHeirWhateverIsKnownOfTheEnd) {
    begin(Confirms::byPidFile);
    launched(kFirst);
    handle(event::Up{"web", kFirst});
    handle(event::Down{"web", kFirst, {}});
    EXPECT_EQ(count<action::Launch>(), 0U);
    handle(event::Up{"web", kNext});
    EXPECT_EQ(view().instance, Instance(kNext));
}

TEST_F(Handover, aPauseWhileAnHeirIsLookedForLosesNothing) {
    begin(Confirms::no);
    upWith(kFirst);
    handle(event::Down{"web", kFirst, exited(0)});
    handle(event::Request{event::Verb::pause, "web", 1});
    EXPECT_EQ(announced<notice::ProcessDown>(), 1U);
    EXPECT_EQ(view().state, State::paused);
}

TEST_F(Handover, aStopIsOverWhenAllThatBelongsToItHasEnded) {
    begin(Confirms::no);
    upWith(kFirst);
    handle(event::Request{event::Verb::stop, "web", 1});
    handle(event::StopUnderWay{"web", true});
    handle(event::Down{"web", kFirst, exited(0)});
    EXPECT_EQ(count<action::Reply>(), 0U);
    EXPECT_EQ(announced<notice::InstanceEnded>(), 1U);
    EXPECT_FALSE(view().instance);
    handle(event::StopUnderWay{"web", false});
    EXPECT_EQ(count<action::Reply>(), 1U);
    EXPECT_EQ(view().state, State::stopped);
}

TEST_F(Handover, whatDoesNotEndIsKilledAndThenNoLongerWaitedFor) {
    begin(Confirms::no);
    upWith(kFirst);
    handle(event::Request{event::Verb::restart, "web", 1});
    handle(event::StopUnderWay{"web", true});
    handle(event::Down{"web", kFirst, exited(0)});
    pass(11s);
    ASSERT_EQ(count<action::Stop>(), 1U) << "SIGKILL";
    EXPECT_EQ(count<action::Look>(), 0U);
    pass(11s);
    EXPECT_EQ(count<action::Look>(), 1U) << "the start goes on";
}

TEST(RestartPolicy, statusesThatMeanSuccessAreNoFailure) {
    RecoveryPlan plan;
    plan.restartOn = RestartOn::failure;
    plan.successExitStatus = {"143", "SIGTERM"};
    Exit term;
    term.reason = ExitReason::signaled;
    term.signal = SIGTERM;
    EXPECT_TRUE(whyNotRestarted(plan, exited(0)));
    EXPECT_TRUE(whyNotRestarted(plan, exited(143)));
    EXPECT_TRUE(whyNotRestarted(plan, term));
    EXPECT_FALSE(whyNotRestarted(plan, exited(15)));
    term.signal = SIGKILL;
    EXPECT_FALSE(whyNotRestarted(plan, term));
    plan.restartOn = RestartOn::always;
    EXPECT_FALSE(whyNotRestarted(plan, exited(143)));
}

TEST(RestartPolicy, statusesThatForbidARestartAreObeyedAlways) {
    RecoveryPlan plan;
    plan.noRestartExitStatus = {"78", "SIGUSR1"};
    Exit signaled;
    signaled.reason = ExitReason::signaled;
    signaled.signal = SIGUSR1;
    EXPECT_EQ(whyNotRestarted(plan, exited(78)), ", which no_restart_exit_status lists");
    EXPECT_TRUE(whyNotRestarted(plan, signaled));
    signaled.reason = ExitReason::oomKilled;
    EXPECT_FALSE(whyNotRestarted(plan, signaled));
    Exit probe;
    probe.reason = ExitReason::probeFailed;
    EXPECT_FALSE(whyNotRestarted(plan, probe));
}

TEST(RestartPolicy, onlyStatusesAndSignalsAreListed) {
    for (const char* good : {"0", "255", "143", "SIGTERM", "TERM"}) {
        EXPECT_TRUE(isEndPattern(good)) << good;
    }
    for (const char* bad : {"", "256", "-1", "1 2", "SIGWHAT", "always"}) {
        EXPECT_FALSE(isEndPattern(bad)) << bad;
    }
}

} // namespace
} // namespace healer::core
