// SPDX-License-Identifier: Apache-2.0
#include "integration/daemon/healer_run.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace healer::test {
namespace {

using namespace std::chrono_literals;

class DaemonTest : public testing::Test {
protected:
    static constexpr const char* kBreaker =
        "    recovery: { retries: 3, retry_window_secs: 60, cooldown_secs: 2, stable_secs: 1 }\n";
    static constexpr const char* kEbpf = "{ type: ebpf }";

    /// Kills the counter, and answers the PID of the instance that follows.
    pid_t killAndWait(const std::string& name) {
        const pid_t old = healer.runningPid(name);
        kill(old, SIGKILL);
        const auto next = healer.waitForSuccessor(name, old);
        EXPECT_TRUE(next) << healer.log();
        return next.value_or(0);
    }
    bool comesUp(const std::string& name) {
        return waitFor([&] { return healer.counterPid(name).has_value(); });
    }
    /// Healer has logged this many successful restarts, so it knows the current instance.
    bool toldOfRestarts(int count) {
        return waitFor([&] { return healer.logged("Successfully restarted process") >= count; });
    }

    HealerRun healer;
};

TEST_F(DaemonTest, restart_on_pid_exit_and_circuit_breaker) {
    healer.writeConfig(healer.counter("web", healer.pidMonitor("web"), kBreaker));
    healer.start();
    ASSERT_TRUE(comesUp("web"));
    ASSERT_TRUE(waitFor([&] { return healer.logged("Successfully started process") == 1; }));
    for (int restart = 1; restart <= 3; ++restart) {
        ASSERT_GT(killAndWait("web"), 1);
        ASSERT_TRUE(toldOfRestarts(restart));
    }
    kill(healer.runningPid("web"), SIGKILL);
    ASSERT_TRUE(waitFor([&] { return healer.logged("Circuit breaker is open") == 1; })) << healer.log();
    EXPECT_EQ(healer.copies("web"), 0);
    // The trial start is triggered by the clock only.
    ASSERT_TRUE(waitFor([&] { return healer.counterPid("web").has_value(); })) << healer.log();
    EXPECT_TRUE(toldOfRestarts(4));
    ASSERT_TRUE(waitFor([&] { return healer.logged("Circuit breaker is closed") == 1; })) << healer.log();
    killAndWait("web");
    EXPECT_EQ(healer.copies("web"), 1);
}

TEST_F(DaemonTest, ebpf_detects_exit_and_recovers) {
    ASSERT_EQ(geteuid(), 0U) << "this test loads an eBPF program and must run as root";
    healer.writeConfig(healer.counter("web", kEbpf, kBreaker));
    healer.start();
    // From then on Healer watches it.
    ASSERT_TRUE(waitFor([&] { return healer.logged("Successfully started process") == 1; }));
    const auto old = healer.runningPid("web");
    const pid_t next = killAndWait("web");
    EXPECT_NE(next, old);
    EXPECT_TRUE(toldOfRestarts(1));
    EXPECT_EQ(healer.logged("is down: killed by SIGKILL, sent by PID " + std::to_string(getpid())), 1)
        << healer.log();
    EXPECT_EQ(healer.logged("fallback") + healer.logged("cannot be loaded"), 0) << healer.log();
}

TEST_F(DaemonTest, FindsARunningInstanceAndStartsNoSecond) {
    healer.writeConfig(healer.counter("web", kEbpf));
    healer.start();
    ASSERT_TRUE(comesUp("web"));
    const auto pid = healer.counterPid("web");
    healer.signal(SIGTERM);
    EXPECT_EQ(healer.wait(), 0);
    EXPECT_EQ(healer.counterPid("web"), pid) << "what Healer started outlives it";
    std::filesystem::remove_all(healer.folder() / "run");
    std::filesystem::create_directory(healer.folder() / "run");
    healer.start();
    ASSERT_TRUE(waitFor([&] { return healer.logged("Found process web running") == 1; })) << healer.log();
    EXPECT_EQ(healer.copies("web"), 1);
}

TEST_F(DaemonTest, BreakerAndCountersOutliveAKilledHealer) {
    healer.writeConfig(healer.counter(
        "web", kEbpf,
        "    recovery: { retries: 1, retry_window_secs: 60, cooldown_secs: 4, stable_secs: 1 }\n"));
    healer.start();
    ASSERT_TRUE(comesUp("web"));
    killAndWait("web");
    ASSERT_TRUE(toldOfRestarts(1));
    kill(healer.runningPid("web"), SIGKILL);
    ASSERT_TRUE(waitFor([&] { return healer.logged("Circuit breaker is open") == 1; })) << healer.log();
    // The state file follows the log within the same moment.
    ASSERT_TRUE(waitFor([&] {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(healer.folder() / "run")) {
            if (entry.path().extension() != ".json") {
                continue;
            }
            const std::string text = readText(entry.path());
            if (text.find("\"state\":\"open\"") != std::string::npos) {
                return true;
            }
        }
        return false;
    }));
    healer.signal(SIGKILL);
    EXPECT_EQ(healer.wait(), 128 + SIGKILL);
    healer.start();
    EXPECT_EQ(healer.copies("web"), 0) << "an open breaker is not forgotten";
    ASSERT_TRUE(comesUp("web")) << healer.log();
    EXPECT_EQ(healer.logged("Starting process web, which is not running"), 1);
}

TEST_F(DaemonTest, HealerAndTheProcessKilledInTheSameMomentEndInOneInstance) {
    healer.writeConfig(healer.counter("web", kEbpf, "    recovery: { retries: 100 }\n"));
    healer.start();
    for (int round = 0; round < 5; ++round) {
        ASSERT_TRUE(comesUp("web"));
        const auto old = healer.runningPid("web");
        kill(old, SIGKILL);
        healer.signal(SIGKILL);
        (void)healer.wait();
        healer.start();
        ASSERT_TRUE(healer.waitForSuccessor("web", old)) << healer.log();
        ASSERT_TRUE(waitFor([&] { return healer.copies("web") == 1; }));
    }
}

TEST_F(DaemonTest, ADamagedStateFileIsAWarningOnly) {
    healer.writeConfig(healer.counter("web", kEbpf));
    healer.start();
    ASSERT_TRUE(comesUp("web"));
    healer.signal(SIGTERM);
    EXPECT_EQ(healer.wait(), 0);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(healer.folder() / "run")) {
        if (entry.path().extension() == ".json") {
            std::ofstream(entry.path()) << "\x01 not a state file";
        }
    }
    healer.start();
    EXPECT_EQ(healer.logged("is damaged"), 1) << healer.log();
    killAndWait("web");
}

TEST_F(DaemonTest, SighupAddsChangesAndRemovesAndRefusesABadFile) {
    healer.writeConfig(healer.counter("web", kEbpf));
    healer.start();
    ASSERT_TRUE(comesUp("web"));
    const auto web = healer.runningPid("web");
    healer.writeConfig(healer.counter("web", kEbpf) + "    nonsense: 1\n");
    healer.signal(SIGHUP);
    ASSERT_TRUE(waitFor([&] { return healer.logged("Reload refused") == 1; }));
    EXPECT_GE(healer.logged("nonsense"), 1);
    healer.writeConfig(healer.counter("app", kEbpf) + healer.counter("web", kEbpf));
    healer.signal(SIGHUP);
    ASSERT_TRUE(waitFor(
        [&] { return healer.logged("Configuration reloaded: 1 added (app), 0 changed, 0 removed") == 1; }));
    ASSERT_TRUE(comesUp("app"));
    EXPECT_EQ(healer.counterPid("web"), web);
    healer.writeConfig(healer.counter("app", kEbpf));
    healer.signal(SIGHUP);
    ASSERT_TRUE(waitFor([&] { return healer.logged("1 removed") == 1; }));
    EXPECT_EQ(healer.counterPid("web"), web) << "a removed process is no longer managed, but not stopped";
    kill(web, SIGKILL);
    killAndWait("app");
    EXPECT_EQ(healer.copies("web"), 0);
}

TEST_F(DaemonTest, ASecondHealerOnTheSameConfigurationIsRefused) {
    healer.writeConfig(healer.counter("web", kEbpf));
    healer.start();
    const auto second = healer.run({"--foreground", "-c", healer.config(), "--bus", "none"});
    EXPECT_EQ(second.status, 1);
    EXPECT_NE(second.output.find("another Healer is already running as PID " + std::to_string(healer.pid())),
              std::string::npos)
        << second.output;
}

TEST_F(DaemonTest, TheOutputIsAppendedToALogOfItsOwn) {
    healer.writeConfig(healer.counter("web", kEbpf));
    healer.start();
    ASSERT_TRUE(comesUp("web"));
    const auto output = [&] { return readText(healer.folder() / "logs" / "web.log"); };
    const auto first = healer.runningPid("web");
    ASSERT_TRUE(
        waitFor([&] { return output().find("demo_counter " + std::to_string(first)) != std::string::npos; }));
    const pid_t next = killAndWait("web");
    ASSERT_TRUE(
        waitFor([&] { return output().find("demo_counter " + std::to_string(next)) != std::string::npos; }));
    EXPECT_NE(output().find("demo_counter " + std::to_string(first)), std::string::npos);
}

TEST_F(DaemonTest, HealsWithoutStandardStreams) {
    healer.writeConfig(healer.counter("web", kEbpf));
    healer.startWithoutStreams([&] { return healer.counterPid("web").has_value(); });
    for (const char* stream : {"0", "1", "2"}) {
        EXPECT_EQ(std::filesystem::read_symlink("/proc/" + std::to_string(healer.pid()) + "/fd/" + stream),
                  "/dev/null");
    }
    killAndWait("web");
}

TEST_F(DaemonTest, ACommandThatDisappearsIsTriedAgainAndCostsNoCooldown) {
    const auto program = healer.folder() / "program";
    std::filesystem::copy_file(HEALER_COUNTER, program);
    auto entry = healer.counter("web", kEbpf,
                                "    recovery: { retries: 2, retry_window_secs: 60, cooldown_secs: 180 }\n");
    entry.replace(entry.find(HEALER_COUNTER), std::string(HEALER_COUNTER).size(), program.string());
    healer.writeConfig(entry);
    healer.start();
    ASSERT_TRUE(comesUp("web"));
    std::filesystem::rename(program, healer.folder() / "away");
    kill(healer.runningPid("web"), SIGKILL);
    ASSERT_TRUE(waitFor([&] { return healer.logged("No such file or directory") >= 3; })) << healer.log();
    EXPECT_EQ(healer.logged("Circuit breaker is open"), 0) << healer.log();
    std::filesystem::rename(healer.folder() / "away", program);
    EXPECT_TRUE(comesUp("web")) << healer.log();
}

} // namespace
} // namespace healer::test
