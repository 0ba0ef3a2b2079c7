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
    EXPECT_THAT(loadTrouble(facts, "web.service"), HasSubstr("web.service is masked"));
    facts.load = "loaded";
    EXPECT_EQ(loadTrouble(facts, "web.service"), "");
}

} // namespace
} // namespace healer::systemd
