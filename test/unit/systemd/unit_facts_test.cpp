// SPDX-License-Identifier: Apache-2.0
#include "systemd/unit_facts.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace healer::systemd {
namespace {

using ::testing::HasSubstr;

UnitFacts ended(const std::string& result, std::int64_t code, std::int64_t status) {
    UnitFacts facts;
    facts.active = result == "success" ? "inactive" : "failed";
    facts.result = result;
    facts.execMainCode = code;
    facts.execMainStatus = status;
    return facts;
}

TEST(UnitFacts, TheEndIsToldByTheMainProcessWhereItCan) {
    struct Row {
        UnitFacts facts;
        core::ExitReason reason;
        std::optional<int> code;
        std::optional<int> signal;
    };
    const Row rows[] = {
        {ended("success", CLD_EXITED, 0), core::ExitReason::exited, 0, {}},
        {ended("exit-code", CLD_EXITED, 3), core::ExitReason::exited, 3, {}},
        {ended("signal", CLD_KILLED, SIGKILL), core::ExitReason::signaled, {}, SIGKILL},
        {ended("core-dump", CLD_DUMPED, SIGSEGV), core::ExitReason::coreDumped, {}, SIGSEGV},
        {ended("oom-kill", CLD_KILLED, SIGKILL), core::ExitReason::oomKilled, {}, SIGKILL},
        {ended("start-limit-hit", CLD_EXITED, 1), core::ExitReason::exited, 1, {}},
        {ended("exit-code", CLD_EXITED, 0), core::ExitReason::unitFailed, 0, {}},
        {ended("watchdog", CLD_KILLED, SIGABRT), core::ExitReason::unitFailed, {}, SIGABRT},
        {ended("resources", 0, 0), core::ExitReason::unitFailed, {}, {}},
        {ended("success", 0, 0), core::ExitReason::vanished, {}, {}},
    };
    for (const auto& row : rows) {
        const auto exit = exitOf(row.facts);
        EXPECT_EQ(exit.reason, row.reason) << row.facts.result;
        EXPECT_EQ(exit.code, row.code) << row.facts.result;
        EXPECT_EQ(exit.signal, row.signal) << row.facts.result;
    }
}

TEST(UnitFacts, SaysThatSystemdHasGivenUp) {
    auto facts = ended("signal", CLD_KILLED, SIGKILL);
    facts.restart = "always";
    EXPECT_THAT(exitOf(facts).detail, HasSubstr("given up"));
    facts.restart = "no";
    EXPECT_EQ(exitOf(facts).detail, "");
}

TEST(UnitFacts, ARestartThatSystemdHasPlannedIsNotDown) {
    UnitFacts facts;
    facts.active = "activating";
    facts.sub = "auto-restart";
    EXPECT_EQ(conditionOf(facts), UnitCondition::changing);
    facts.active = "failed";
    EXPECT_EQ(conditionOf(facts), UnitCondition::down);
    facts.job = 4;
    EXPECT_EQ(conditionOf(facts), UnitCondition::changing);
}

TEST(UnitFacts, WithoutAMainProcessEachInvocationIsAnotherInstance) {
    UnitFacts facts;
    facts.invocation = "a";
    const auto first = instanceOf(facts, std::nullopt);
    EXPECT_EQ(core::pidOf(first), 0);
    EXPECT_EQ(instanceOf(facts, std::nullopt), first);
    facts.invocation = "b";
    EXPECT_NE(instanceOf(facts, std::nullopt), first);
}

TEST(UnitFacts, TellsWhatCannotBeStarted) {
    UnitFacts facts;
    facts.load = "masked";
    EXPECT_THAT(loadFailure(facts, "web.service"), HasSubstr("web.service is masked"));
    facts.load = "loaded";
    EXPECT_EQ(loadFailure(facts, "web.service"), "");
}

UnitFacts killed() {
    UnitFacts facts;
    facts.execMainPid = 10;
    facts.execMainStart = 5'000'300; // µs
    facts.execMainCode = CLD_KILLED;
    facts.execMainStatus = SIGKILL;
    return facts;
}

TEST(EndOf, isThatOfTheLastMainProcess) {
    const auto exit = endOf(killed(), {10, 500}, {});
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->reason, core::ExitReason::signaled);
    EXPECT_EQ(exit->signal, SIGKILL);
}

TEST(EndOf, isNotThatOfAnotherProcess) {
    EXPECT_FALSE(endOf(killed(), {11, 500}, {}));
    EXPECT_FALSE(endOf(killed(), {10, 300}, {})) << "the number was used before";
    EXPECT_FALSE(endOf(killed(), {10, 700}, {})) << "the number has been used again";
    EXPECT_FALSE(endOf(UnitFacts{}, {10, 500}, {}));
}

TEST(EndOf, isNotKnownBeforeTheEnd) {
    auto facts = killed();
    facts.execMainCode = 0;
    EXPECT_FALSE(endOf(facts, {10, 500}, {}));
}

TEST(EndOf, allowsForTheTimeThatTheMachineWasSuspended) {
    EXPECT_TRUE(endOf(killed(), {10, 1500}, std::chrono::seconds(20)));
    EXPECT_FALSE(endOf(killed(), {10, 1500}, std::chrono::seconds(5)));
}

} // namespace
} // namespace healer::systemd
