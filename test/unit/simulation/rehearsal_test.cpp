// SPDX-License-Identifier: Apache-2.0
#include "simulation/rehearsal.hpp"

#include "unit/simulation/fixture.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace healer::simulation {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

TEST(Rehearsal, AKilledProcessIsStartedAgain) {
    EXPECT_THAT(played(planOf({process("web")}), "duration_secs: 60\nevents: [{at_secs: 10, kill: web}]\n"),
                ElementsAre("0.010 web Starting process web, which is not running",
                            "0.110 web Successfully started process web (PID 1001) in 100 ms",
                            "10.000 web Process web (PID 1001) is down: killed by SIGKILL",
                            "10.000 web Restarting process web (attempt 1)",
                            "10.100 web Successfully restarted process web (PID 1002) in 100 ms"));
}

TEST(Rehearsal, TheBreakerOpensAndATrialFollows) {
    core::ProcessPlan web = process("web");
    web.recovery.retries = 1;
    const auto lines = played(planOf({web}), "duration_secs: 300\nevents:\n"
                                             "  - {at_secs: 10, exit: {name: web, code: 3}}\n"
                                             "  - {at_secs: 20, kill: web}\n");
    EXPECT_THAT(
        lines, IsSupersetOf({"10.000 web Process web (PID 1001) is down: exited with status 3",
                             "20.000 web Circuit breaker is open for process web: 1 restarts within 60 s; "
                             "next trial at 200.000",
                             "200.000 web Circuit breaker is half-open for process web: the cooldown is over",
                             "200.010 web Restarting process web as a trial after the cooldown",
                             "210.110 web Circuit breaker is closed for process web: up for 10 s"}));
}

TEST(Rehearsal, StartsFailForAsLongAsTheScenarioSays) {
    core::ProcessPlan web = process("web");
    web.recovery.retries = 100;
    web.recovery.backoff.initial = 1s;
    web.recovery.backoff.jitterPercent = 0;
    const auto lines =
        played(planOf({web}), "duration_secs: 60\nevents:\n  - {at_secs: 9, fail_starts: web, for_secs: 3}\n"
                              "  - {at_secs: 10, kill: web}\n");
    EXPECT_THAT(lines,
                IsSupersetOf({"9.000 web * cannot be started for 3 s from now on",
                              "10.000 web is backoff: waits 1 s before the next start",
                              "11.110 web Failed to start process web: starts fail in this scenario"}));
    EXPECT_THAT(lines.back(), HasSubstr("started process web (PID 1002)"));
}

TEST(Rehearsal, OperatorRequestsAreCarriedOutAndAnswered) {
    core::ProcessPlan off = process("off");
    off.enabled = false;
    const auto lines = played(planOf({off, process("web")}), "duration_secs: 60\nevents:\n"
                                                             "  - {at_secs: 5, start: off}\n"
                                                             "  - {at_secs: 10, stop: web}\n"
                                                             "  - {at_secs: 20, kill: web}\n"
                                                             "  - {at_secs: 30, start: web}\n");
    EXPECT_THAT(lines, IsSupersetOf({"10.000 web * an operator requests a stop",
                                     "20.000 web * would be killed by SIGKILL now, but is not running",
                                     "30.000 web * an operator requests a start"}));
    EXPECT_THAT(lines, Contains(HasSubstr("5.000 off the request is refused: ")));
    EXPECT_THAT(lines, Contains(HasSubstr("10.100 web is stopped: ")));
    EXPECT_THAT(lines.back(), HasSubstr("started process web (PID 1002)"));
}

TEST(Rehearsal, AHangIsNoticedByAProbeAndTheInstanceIsReplaced) {
    const auto lines = played(planOf({probed("web")}), "duration_secs: 120\nready_secs: 2\nevents:\n"
                                                       "  - {at_secs: 20, hang: web}\n");
    EXPECT_THAT(lines, Contains("2.110 web Successfully started process web (PID 1001) in 2.1 s"));
    EXPECT_THAT(lines, Contains("20.000 web * hangs"));
    EXPECT_THAT(lines, Contains(testing::StartsWith("30.000 web Process web (PID 1001) is down: ")))
        << "two probes, five seconds apart";
    EXPECT_THAT(lines, Contains(HasSubstr("SIGKILL"))) << "it does not respond to the stop signal";
    EXPECT_THAT(lines.back(), HasSubstr("started process web (PID 1002)"));
}

TEST(Rehearsal, AHangThatEndsInTimeIsNoFailure) {
    const auto lines = played(planOf({probed("web")}), "duration_secs: 120\nevents:\n"
                                                       "  - {at_secs: 20, hang: web, for_secs: 9}\n");
    EXPECT_THAT(lines, Not(Contains(HasSubstr("is down"))));
    EXPECT_THAT(lines.back(), "20.000 web * hangs for 9 s");
    EXPECT_EQ(
        played(planOf({process("web")}), "duration_secs: 9\nevents: [{at_secs: 2, hang: web}]\n").back(),
        "2.000 web * hangs, which nothing notices: it has no probe");
}

TEST(Rehearsal, AStackComesBackInItsOrderEachStartedOnce) {
    core::ProcessPlan app = process("app");
    app.dependencies = {core::DependencyPlan{.target = "db"}};
    core::ProcessPlan worker = process("worker");
    worker.dependencies = {core::DependencyPlan{.target = "app"}};
    const auto lines =
        played(planOf({app, probed("db"), worker}),
               "duration_secs: 120\nready_secs: 1\nevents: [{at_secs: 60, kill: [worker, app, db]}]\n");
    const auto when = [&](const std::string& what) {
        return std::find_if(lines.begin(), lines.end(), [&](const auto& line) {
            return line.find(what) != std::string::npos && std::stod(line) >= 60;
        });
    };
    EXPECT_THAT(lines, Contains(testing::StartsWith("60.000 app is deferred: ")));
    EXPECT_LT(when("started process db"), when("tarting process app"));
    EXPECT_LT(when("started process app"), when("tarting process worker"));
    EXPECT_NE(when("started process worker"), lines.end());
    EXPECT_EQ(
        std::count_if(lines.begin(), lines.end(),
                      [](const auto& line) { return line.find("tarting process") != std::string::npos; }),
        6);
}

TEST(Rehearsal, AtTheEndATableTellsWhatBecameOfEach) {
    const core::Plan plan = planOf({process("db"), process("web")});
    Rehearsal rehearsal(plan,
                        scenarioOf("duration_secs: 60\nevents: [{at_secs: 10, kill: web}, {at_secs: 50, "
                                   "stop: db}]\n",
                                   plan));
    rehearsal.run();
    const auto summary = rehearsal.summary();
    ASSERT_EQ(summary.size(), 2U);
    EXPECT_EQ(summary[0].state, core::State::stopped);
    EXPECT_NEAR(std::chrono::duration<double>(summary[0].notUp).count(), 10.01, 0.2);
    EXPECT_EQ(summary[1].restarts, 1U);
    EXPECT_NEAR(std::chrono::duration<double>(summary[1].notUp).count(), 0.21, 0.01);
    EXPECT_EQ(summary[1].breakerOpened, 0U);
    std::ostringstream text;
    writeText(text, rehearsal.entries(), summary);
    EXPECT_THAT(text.str(),
                HasSubstr("    10.000  web      Process web (PID 1002) is down: killed by SIGKILL\n"));
    EXPECT_THAT(text.str(), HasSubstr("PROCESS  AT THE END  RESTARTS  NOT UP (S)  BREAKER OPENED\n"));
    EXPECT_THAT(text.str(), HasSubstr("web      running            1       0.210               0\n"));
    std::ostringstream json;
    writeJson(json, rehearsal.entries(), summary);
    std::istringstream lines(json.str());
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        EXPECT_TRUE(nlohmann::json::parse(line).contains("process")) << line;
    }
    EXPECT_EQ(count, rehearsal.entries().size() + 2);
}

} // namespace
} // namespace healer::simulation
