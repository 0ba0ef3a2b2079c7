// SPDX-License-Identifier: Apache-2.0
#include "integration/daemon/healer_run.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

namespace healer::test {
namespace {

class CommandLine : public testing::Test {
protected:
    HealerRun healer;
};

TEST_F(CommandLine, CheckPrintsWhatWouldBeWatched) {
    healer.writeConfig(healer.counter("web", "{ type: ebpf }"));
    const auto check = healer.run({"--check", "-c", healer.config()});
    EXPECT_EQ(check.status, 0) << check.output;
    EXPECT_NE(check.output.find("web"), std::string::npos);
    EXPECT_NE(check.output.find("ebpf"), std::string::npos);
}

TEST_F(CommandLine, AnInvalidConfigurationIsExitStatus78WithItsPlace) {
    healer.writeConfig(healer.counter("web", "{ type: ebpg }"));
    for (const auto& arguments : {std::vector<std::string>{"--check", "-c", healer.config()},
                                  std::vector<std::string>{"--foreground", "-c", healer.config()},
                                  std::vector<std::string>{"-c", healer.config()}}) {
        const auto refused = healer.run(arguments);
        EXPECT_EQ(refused.status, 78);
        EXPECT_NE(refused.output.find(healer.config().string() + ":"), std::string::npos) << refused.output;
        EXPECT_NE(refused.output.find("did you mean 'ebpf'"), std::string::npos) << refused.output;
    }
    EXPECT_EQ(healer.run({"--check", "-c", "/nowhere/config.yaml"}).status, 78);
}

TEST_F(CommandLine, SimulatePlaysAScenarioWithTheConfiguration) {
    healer.writeConfig(healer.counter("web", "{ type: ebpf }"));
    const auto scenario = healer.folder() / "scenario.yaml";
    std::ofstream(scenario) << "duration_secs: 60\nevents: [{at_secs: 10, kill: web}]\n";
    const auto played = healer.run({"--simulate", scenario, "-c", healer.config()});
    EXPECT_EQ(played.status, 0) << played.output;
    EXPECT_NE(played.output.find("    10.000  web      Process web (PID 1001) is down: killed by SIGKILL\n"),
              std::string::npos)
        << played.output;
    const auto json = healer.run({"--simulate", scenario, "--json", "-c", healer.config()});
    EXPECT_EQ(json.status, 0);
    EXPECT_NE(json.output.find(R"("event":"process-down")"), std::string::npos) << json.output;

    std::ofstream(scenario) << "duration_secs: 60\nevents: [{at_secs: 10, kil: web}]\n";
    const auto refused = healer.run({"--simulate", scenario, "-c", healer.config()});
    EXPECT_EQ(refused.status, 78);
    EXPECT_NE(refused.output.find("did you mean 'kill'"), std::string::npos) << refused.output;
    EXPECT_EQ(healer.run({"--simulate", "/nowhere.yaml", "-c", healer.config()}).status, 78);
}

TEST_F(CommandLine, PrintsThePathOfTheConfiguration) {
    healer.writeConfig(healer.counter("web", "{ type: ebpf }"));
    const auto path = healer.run({"--print-config-path", "-c", healer.config()});
    EXPECT_EQ(path.status, 0);
    EXPECT_EQ(path.output, healer.config().string() + "\n");
}

TEST_F(CommandLine, WrongUsageIsExitStatus2) {
    const auto wrong = healer.run({"--colour"});
    EXPECT_EQ(wrong.status, 2);
    EXPECT_NE(wrong.output.find("--colour"), std::string::npos);
    EXPECT_EQ(healer.run({"--version"}).status, 0);
    EXPECT_EQ(healer.run({"--help"}).status, 0);
}

TEST_F(CommandLine, TheParentOfADaemonExitsWhenItIsReady) {
    healer.writeConfig(healer.counter("web", "{ type: ebpf }"));
    // The PID file in pid_file_directory has the daemon's PID.
    std::ifstream stream(healer.config());
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    std::ofstream(healer.config()) << "pid_file_directory: " << (healer.folder() / "pid").string() << "\n"
                                   << text;
    const auto started = healer.run({"-c", healer.config(), "--bus", "none"});
    EXPECT_EQ(started.status, 0) << started.output;
    const auto pidFile = healer.folder() / "pid" / "healer.pid";
    std::ifstream pid(pidFile);
    pid_t daemon = 0;
    pid >> daemon;
    ASSERT_GT(daemon, 1);
    EXPECT_TRUE(waitFor([&] { return healer.counterPid("web").has_value(); }));

    const auto second = healer.run({"-c", healer.config(), "--bus", "none"});
    EXPECT_EQ(second.status, 1);
    EXPECT_NE(second.output.find("another Healer is already running"), std::string::npos) << second.output;

    EXPECT_EQ(kill(daemon, SIGTERM), 0);
    EXPECT_TRUE(waitFor([&] { return !std::filesystem::exists(pidFile); }))
        << "the PID file is removed at the end";
    EXPECT_TRUE(healer.counterPid("web"));
}

} // namespace
} // namespace healer::test
