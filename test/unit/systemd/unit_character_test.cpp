// SPDX-License-Identifier: Apache-2.0
#include "systemd/unit_character.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace healer::systemd {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

UnitFacts service(const std::string& type, const std::string& active, const std::string& sub) {
    UnitFacts facts;
    facts.load = "loaded";
    facts.type = type;
    facts.active = active;
    facts.sub = sub;
    facts.result = "success";
    facts.invocation = "a";
    return facts;
}

UnitFacts initScript(std::size_t processes) {
    auto facts = service("forking", "active", "exited");
    facts.remainAfterExit = true;
    facts.processes = processes;
    return facts;
}

UnitFacts endedWith(UnitFacts facts, int code, int status, const std::string& result) {
    facts.active = result == "success" ? "inactive" : "failed";
    facts.result = result;
    facts.execMainPid = 10;
    facts.execMainCode = code;
    facts.execMainStatus = status;
    return facts;
}

TEST(UnitCharacter, aJobIsUpWhileItWorks) {
    EXPECT_EQ(conditionOf(service("oneshot", "activating", "start")), UnitCondition::up);
    EXPECT_EQ(conditionOf(service("oneshot", "activating", "start-pre")), UnitCondition::up);
    EXPECT_EQ(conditionOf(service("oneshot", "inactive", "dead")), UnitCondition::down);
    EXPECT_EQ(conditionOf(service("notify", "activating", "start")), UnitCondition::changing);
    auto setup = service("oneshot", "activating", "start");
    setup.remainAfterExit = true;
    EXPECT_EQ(conditionOf(setup), UnitCondition::changing);
}

TEST(UnitCharacter, aJobIsOneInstanceWhicheverOfItsCommandsRuns) {
    auto facts = service("oneshot", "activating", "start");
    facts.mainPid = 10;
    const auto first = instanceOf(facts, core::ProcessKey{10, 1});
    facts.mainPid = 11;
    EXPECT_EQ(instanceOf(facts, core::ProcessKey{11, 2}), first);
    EXPECT_TRUE(isOfThisRun(facts, first));
}

TEST(UnitCharacter, aCleanEndOfAJobIsWhatItIsFor) {
    const auto job = service("oneshot", "inactive", "dead");
    const auto done = judgeEnd(endedWith(job, CLD_EXITED, 0, "success"), "");
    EXPECT_TRUE(done.success);
    EXPECT_THAT(done.leave, HasSubstr("Type=oneshot"));
    EXPECT_EQ(judgeEnd(endedWith(job, CLD_EXITED, 3, "exit-code"), "backup.timer"), core::UnitEnd{});
}

TEST(UnitCharacter, whatIsStartedWhenItIsNeededMayEnd) {
    const auto daemon = service("simple", "inactive", "dead");
    EXPECT_THAT(judgeEnd(endedWith(daemon, CLD_EXITED, 0, "success"), "idle.socket").leave,
                HasSubstr("idle.socket starts it"));
    EXPECT_EQ(judgeEnd(endedWith(daemon, CLD_EXITED, 0, "success"), "").leave, "") << "nothing starts it";
    EXPECT_EQ(judgeEnd(endedWith(daemon, CLD_KILLED, SIGKILL, "signal"), "idle.socket").leave, "");
}

TEST(UnitCharacter, whatNeverRanIsLeftToWhatStartsIt) {
    auto daemon = service("simple", "inactive", "dead");
    daemon.invocation.clear();
    EXPECT_THAT(judgeEnd(daemon, "idle.socket").leave, HasSubstr("idle.socket starts it"));
    EXPECT_EQ(judgeEnd(daemon, "").leave, "");
}

TEST(UnitCharacter, successIsInTheWordsOfTheUnit) {
    const auto daemon = service("simple", "inactive", "dead");
    EXPECT_TRUE(judgeEnd(endedWith(daemon, CLD_EXITED, 143, "success"), "").success);
    EXPECT_FALSE(judgeEnd(endedWith(daemon, CLD_EXITED, 143, "exit-code"), "").success);
}

TEST(UnitCharacter, restartPreventExitStatusIsRespected) {
    auto daemon = service("simple", "inactive", "dead");
    daemon.preventing = {{3}, {SIGUSR1}};
    EXPECT_THAT(judgeEnd(endedWith(daemon, CLD_EXITED, 3, "exit-code"), "").leave,
                HasSubstr("exited with status 3"));
    EXPECT_THAT(judgeEnd(endedWith(daemon, CLD_KILLED, SIGUSR1, "signal"), "").leave,
                HasSubstr("RestartPreventExitStatus="));
    EXPECT_EQ(judgeEnd(endedWith(daemon, CLD_EXITED, 4, "exit-code"), "").leave, "");
    EXPECT_EQ(judgeEnd(endedWith(daemon, CLD_KILLED, 3, "signal"), "").leave, "");
}

TEST(UnitCharacter, anInitScriptIsHollowWhenItsDaemonIsGone) {
    auto facts = initScript(0);
    EXPECT_FALSE(isHollow(facts)) << "it may have set something up";
    facts.hadProcesses = true;
    EXPECT_TRUE(isHollow(facts));
    EXPECT_EQ(conditionOf(facts), UnitCondition::down);
    EXPECT_THAT(exitOf(facts).detail, HasSubstr("nothing of it is left"));
    facts.processes = 1;
    EXPECT_FALSE(isHollow(facts));
    facts.processes.reset();
    EXPECT_FALSE(isHollow(facts)) << "not known is not gone";
    facts = initScript(0);
    facts.pidFile = "/run/legacy.pid";
    EXPECT_TRUE(isHollow(facts));
}

TEST(UnitCharacter, aDaemonThatRemainsAfterItsExitIsHollow) {
    auto facts = service("simple", "active", "exited");
    facts.remainAfterExit = true;
    facts.execMainPid = 10;
    facts.processes = 0;
    EXPECT_TRUE(isHollow(facts));
    facts.mainPid = 10;
    EXPECT_FALSE(isHollow(facts));
}

TEST(UnitCharacter, aSetupIsHollowOnlyWhereItHadADaemon) {
    auto facts = service("oneshot", "active", "exited");
    facts.remainAfterExit = true;
    facts.activeEnter = 10'000'000;
    facts.processes = 0;
    EXPECT_FALSE(isHollow(facts));
    facts.processes = 1;
    EXPECT_FALSE(hasDaemon(facts, 11s)) << "what is left of the setup itself";
    EXPECT_TRUE(hasDaemon(facts, 13s));
    facts.processes = 0;
    facts.hadProcesses = true;
    EXPECT_TRUE(isHollow(facts));
    EXPECT_TRUE(knownToHaveHadProcesses(facts, instanceOf(facts, {})));
    EXPECT_TRUE(isOfThisRun(facts, instanceOf(facts, {})));
}

TEST(UnitCharacter, limitsAreThoseOfTheUnit) {
    EXPECT_EQ(limitOf(300'000'000), core::Duration(300s));
    EXPECT_EQ(limitOf(kForever), std::nullopt);
    EXPECT_EQ(limitOf(0), std::nullopt);
}

TEST(UnitCharacter, saysWhatEndsByItself) {
    auto job = service("oneshot", "inactive", "dead");
    EXPECT_THAT(endNote(job, "backup.service"), HasSubstr("backup.service ends by itself (Type=oneshot)"));
    auto daemon = service("simple", "active", "running");
    EXPECT_EQ(endNote(daemon, "web.service"), "");
    daemon.triggeredBy = {"idle.socket"};
    EXPECT_THAT(endNote(daemon, "idle.service"), HasSubstr("started by idle.socket"));
}

// Whether it was stopped while Healer was away.

UnitFacts away(const std::string& result, std::uint64_t start, std::uint64_t left, std::uint64_t end) {
    UnitFacts facts;
    facts.active = result == "success" ? "inactive" : "failed";
    facts.result = result;
    facts.activeEnter = start;
    facts.execMainStart = start;
    facts.activeExit = left;
    facts.execMainExit = end;
    return facts;
}

TEST(WasStopped, howeverTheProgramEnded) {
    EXPECT_TRUE(wasStopped(away("success", 10, 100, 200)));
    EXPECT_TRUE(wasStopped(away("exit-code", 10, 100, 200))) << "143";
    EXPECT_TRUE(wasStopped(away("timeout", 10, 100, 200))) << "SIGKILL after TimeoutStopSec=";
}

TEST(WasStopped, notWhereTheProcessEndedFirst) {
    EXPECT_FALSE(wasStopped(away("signal", 10, 200, 100)));
    EXPECT_FALSE(wasStopped(away("success", 10, 200, 100)));
}

TEST(WasStopped, notWhereALaterStartFailed) {
    EXPECT_FALSE(wasStopped(away("exit-code", 150, 100, 200)));
}

TEST(WasStopped, notWhereSystemdItselfEndedIt) {
    EXPECT_FALSE(wasStopped(away("watchdog", 10, 100, 200)));
    auto notify = away("success", 150, 100, 200);
    notify.type = "notify";
    EXPECT_TRUE(wasStopped(notify)) << "stopped before it was ready";
    notify.activeExit = 0;
    EXPECT_TRUE(wasStopped(notify)) << "it has never been ready";
    notify.type = "simple";
    EXPECT_FALSE(wasStopped(notify));
    EXPECT_FALSE(wasStopped(away("oom-kill", 10, 100, 200)));
    auto facts = away("timeout", 10, 100, 200);
    facts.runtimeMax = 90;
    EXPECT_FALSE(wasStopped(facts));
}

} // namespace
} // namespace healer::systemd
