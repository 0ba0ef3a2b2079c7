// SPDX-License-Identifier: Apache-2.0
#include "launch/unit/start_decision.hpp"

#include <gmock/gmock.h>

namespace healer::launch::unit {
namespace {

using ::testing::HasSubstr;

systemd::UnitFacts unitThatIs(const std::string& active) {
    systemd::UnitFacts facts;
    facts.load = "loaded";
    facts.active = active;
    facts.result = active == "failed" ? "signal" : "success";
    return facts;
}

systemd::UnitFacts stoppedUnit() {
    auto facts = unitThatIs("inactive");
    facts.activeExit = 1;
    facts.execMainExit = 2;
    return facts;
}

TEST(StartDecision, StartsWhatIsDown) {
    EXPECT_EQ(nextStep(unitThatIs("failed"), {.afterFailure = true}), StartStep::start);
    EXPECT_EQ(nextStep(unitThatIs("inactive"), {.afterFailure = true}), StartStep::start);
}

TEST(StartDecision, AdoptsAnotherInstanceAndReplacesThePredecessor) {
    const core::ProcessKey old{1, 1};
    const core::ProcessKey fresh{2, 2};
    EXPECT_EQ(nextStep(unitThatIs("active"), {.instance = fresh, .predecessor = old}), StartStep::adopt);
    EXPECT_EQ(nextStep(unitThatIs("active"), {.instance = old, .predecessor = old}), StartStep::restart);
}

TEST(StartDecision, RestartsWhatIsActiveOnPaperOnly) {
    // A start would do nothing.
    auto facts = unitThatIs("active");
    facts.invocation = "a";
    const auto run = systemd::instanceOf(facts, {});
    facts.hadProcesses = true;
    const auto withDaemon = systemd::instanceOf(facts, {});
    facts.hadProcesses = false;
    EXPECT_EQ(nextStep(facts, {.instance = run, .predecessor = withDaemon}), StartStep::restart);
    facts.execMainPid = 10;
    EXPECT_EQ(nextStep(facts, {.instance = run, .predecessor = core::ProcessKey{10, 1}}), StartStep::restart);
    EXPECT_EQ(nextStep(facts, {.instance = run, .predecessor = core::ProcessKey{9, 1}}), StartStep::adopt);
}

TEST(StartDecision, WaitsForJobs) {
    auto facts = unitThatIs("inactive");
    facts.job = 3;
    EXPECT_EQ(nextStep(facts, {}), StartStep::awaitJob);
}

TEST(StartDecision, RespectsAStopThatItHasAwaited) {
    EXPECT_EQ(nextStep(stoppedUnit(), {.afterFailure = true, .awaitedStop = true}),
              StartStep::stoppedOnPurpose);
    EXPECT_EQ(nextStep(unitThatIs("failed"), {.afterFailure = true, .awaitedStop = true}),
              StartStep::stoppedOnPurpose);
}

TEST(StartDecision, WhatTheUnitMonitorHasJudgedIsNotJudgedAgain) {
    EXPECT_EQ(nextStep(stoppedUnit(), {.afterFailure = true}), StartStep::start);
}

TEST(StartDecision, APersonsStartOutranksAStop) {
    EXPECT_EQ(nextStep(stoppedUnit(), {.awaitedStop = true}), StartStep::start);
}

TEST(StartDecision, DoesNotWaitForSystemdsOwnRestart) {
    auto facts = unitThatIs("activating");
    facts.sub = "auto-restart";
    EXPECT_EQ(nextStep(facts, {}), StartStep::restart);
}

TEST(StartDecision, RefusesWhatCannotBeLoaded) {
    auto facts = unitThatIs("inactive");
    facts.load = "not-found";
    EXPECT_EQ(nextStep(facts, {}), StartStep::refuse);
}

TEST(StartDecision, SaysWhatWentWrong) {
    EXPECT_THAT(failureText("web.service", "dependency", unitThatIs("inactive")), HasSubstr("it requires"));
    EXPECT_THAT(failureText("web.service", "timeout", unitThatIs("failed")), HasSubstr("time-out"));
    auto facts = unitThatIs("inactive");
    facts.conditionsMet = false;
    EXPECT_THAT(failureText("web.service", "done", facts), HasSubstr("condition"));
}

} // namespace
} // namespace healer::launch::unit
