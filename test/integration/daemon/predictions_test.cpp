// SPDX-License-Identifier: Apache-2.0
// A real Healer does what the simulation predicted for the same configuration and events.
#include "integration/daemon/healer_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <fstream>
#include <sstream>
#include <utility>

namespace healer::test {
namespace {

using Steps = std::vector<std::string>;

/// The starts and trips in a timeline or a log, as "NAME: WORD".
Steps stepsIn(const std::string& text, const std::vector<std::string>& names) {
    const std::vector<std::pair<std::string, std::string>> words{{"Starting process ", "starts"},
                                                                 {"Restarting process ", "starts"},
                                                                 {"Circuit breaker is open", "trips"}};
    Steps steps;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        for (const auto& [sign, word] : words) {
            for (const auto& name : names) {
                const auto at = line.find(sign);
                if (at != std::string::npos && line.find(name) != std::string::npos) {
                    steps.push_back(name + ": " + word);
                }
            }
        }
    }
    return steps;
}

class Predictions : public testing::Test {
protected:
    // Each needs the one before it; the alphabet does not help.
    const std::vector<std::string> kNames{"mike", "alpha", "zulu", "kilo"};

    [[nodiscard]] std::string stack() const {
        std::string entries;
        for (std::size_t i = 0; i < kNames.size(); ++i) {
            entries +=
                healer.counter(kNames[i], "{ type: ebpf }",
                               "    recovery: { retries: 2, retry_window_secs: 600, cooldown_secs: 600 }\n" +
                                   (i == 0 ? std::string() : "    dependencies: [" + kNames[i - 1] + "]\n"));
        }
        return entries;
    }
    [[nodiscard]] Steps predicted(const std::string& events) const {
        const auto scenario = healer.folder() / "scenario.yaml";
        std::ofstream(scenario) << "duration_secs: 60\nevents:\n" << events;
        const auto finished = healer.run({"--simulate", scenario, "-c", healer.config()});
        EXPECT_EQ(finished.status, 0) << finished.output;
        return stepsIn(finished.output, kNames);
    }
    [[nodiscard]] Steps happened() const { return stepsIn(healer.log(), kNames); }
    /// Healer has logged everything that the simulation predicts up to here.
    bool catchesUp(std::size_t steps) {
        return waitFor([&] { return happened().size() >= steps; }) && waitFor([&] {
                   return healer.logged("Successfully started") + healer.logged("Successfully restarted") >=
                          static_cast<int>(steps);
               });
    }

    HealerRun healer;
};

TEST_F(Predictions, AStackThatDiesAtOnceComesBackInTheSameOrder) {
    healer.writeConfig(stack());
    const auto expected = predicted("  - { at_secs: 10, kill: [mike, alpha, zulu, kilo] }\n");
    ASSERT_EQ(expected.size(), 8U) << testing::PrintToString(expected);
    healer.start();
    ASSERT_TRUE(catchesUp(4)) << healer.log();
    std::vector<pid_t> pids;
    for (const auto& name : kNames) {
        pids.push_back(healer.runningPid(name));
    }
    for (const pid_t pid : pids) {
        kill(pid, SIGKILL);
    }
    ASSERT_TRUE(catchesUp(8)) << healer.log();
    EXPECT_EQ(happened(), expected) << healer.log();
}

TEST_F(Predictions, ABreakerOpensAtTheSameDeath) {
    healer.writeConfig(stack());
    const auto expected = predicted("  - { at_secs: 10, kill: zulu }\n  - { at_secs: 20, kill: zulu }\n  - { "
                                    "at_secs: 30, kill: zulu }\n");
    ASSERT_EQ(expected.size(), 7U) << testing::PrintToString(expected);
    healer.start();
    ASSERT_TRUE(catchesUp(4)) << healer.log();
    for (std::size_t steps = 5; steps <= 6; ++steps) {
        kill(healer.runningPid("zulu"), SIGKILL);
        ASSERT_TRUE(catchesUp(steps)) << healer.log();
    }
    kill(healer.runningPid("zulu"), SIGKILL);
    ASSERT_TRUE(waitFor([&] { return happened().size() >= 7; })) << healer.log();
    EXPECT_EQ(happened(), expected) << healer.log();
}

} // namespace
} // namespace healer::test
