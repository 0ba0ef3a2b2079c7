// SPDX-License-Identifier: Apache-2.0
// Programs and moments that are hard on a supervisor.
#include "integration/daemon/healer_run.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <csignal>
#include <fstream>

namespace healer::test {
namespace {

namespace fs = std::filesystem;

class HardTimes : public testing::Test {
protected:
    bool hasLogged(const std::string& text, int times = 1) {
        return waitFor([&] { return healer.logged(text) >= times; });
    }
    /// A bash script in the folder; its PID file is "$1".
    [[nodiscard]] std::string script(const std::string& text, const std::string& monitor) const {
        const fs::path path = healer.folder() / "service";
        std::ofstream(path) << "#!/bin/bash\n" << text;
        fs::permissions(path, fs::perms(0755));
        return "  - name: web\n    command: " + path.string() + "\n    args: [\"" +
               (healer.folder() / "web.pid").string() + "\"]\n" +
               (geteuid() == 0 ? "    run_as_root: true\n" : "") + "    monitor: " + monitor + "\n";
    }

    static constexpr const char* kRest = "while true; do read -r -t 1000 <> <(:) || true; done\n";
    HealerRun healer;
};

TEST_F(HardTimes, ADaemonThatForksTwiceAndWritesItsPidFileLate) {
    healer.writeConfig(script(std::string("if [ \"$2\" = daemon ]; then\n"
                                          "  read -r -t 0.3 <> <(:)\n"
                                          "  echo $$ >\"$1.new\"; mv \"$1.new\" \"$1\"\n") +
                                  kRest + "fi\n(setsid \"$0\" \"$1\" daemon &)\nexit 0\n",
                              healer.pidMonitor("web")));
    healer.start();
    ASSERT_TRUE(hasLogged("Successfully started process web")) << healer.log();
    for (int restart = 1; restart <= 2; ++restart) {
        const pid_t old = healer.runningPid("web");
        kill(old, SIGKILL);
        ASSERT_GT(healer.waitForSuccessor("web", old).value_or(0), 1) << healer.log();
        ASSERT_TRUE(hasLogged("Successfully restarted process web", restart)) << healer.log();
    }
    EXPECT_EQ(healer.logged("Failed to"), 0) << healer.log();
}

TEST_F(HardTimes, AProcessThatReexecutesItselfIsTheSame) {
    // Who knows its PID may send a SIGHUP: the trap comes first.
    healer.writeConfig(script("trap 'export RUN=$((RUN + 1)); exec \"$0\" \"$1\"' HUP\n"
                              "echo \"$$ run ${RUN:=0}\" >>\"$1.runs\"\n"
                              "echo $$ >\"$1.new\"; mv \"$1.new\" \"$1\"\n"
                              "while true; do read -r -t 0.1 <> <(:) || true; done\n",
                              "{ type: ebpf }"));
    healer.start();
    ASSERT_TRUE(hasLogged("Successfully started process web")) << healer.log();
    const pid_t pid = healer.runningPid("web");
    const auto runs = [&] {
        const std::string text = readText(healer.folder() / "web.pid.runs");
        return std::count(text.begin(), text.end(), '\n');
    };
    kill(pid, SIGHUP);
    ASSERT_TRUE(waitFor([&] { return runs() == 2; })) << runs() << " runs\n" << healer.log();
    kill(healer.runningPid("web"), SIGKILL);
    ASSERT_TRUE(hasLogged("Successfully restarted process web")) << healer.log();
    EXPECT_EQ(healer.logged("is down"), 1) << healer.log();
    EXPECT_EQ(healer.logged("(PID " + std::to_string(pid) + ")") > 0, true) << healer.log();
}

TEST_F(HardTimes, DeathsDuringReloadsAreNotMissed) {
    constexpr int kProcesses = 20;
    constexpr int kRounds = 5;
    const auto entries = [&](int round) {
        std::string text;
        for (int i = 0; i < kProcesses; ++i) {
            text += healer.counter(
                "p" + std::to_string(i), "{ type: ebpf }",
                "    recovery: { retries: 100, cooldown_secs: " + std::to_string(100 + round) + " }\n");
        }
        return text;
    };
    healer.writeConfig(entries(0));
    healer.start();
    ASSERT_TRUE(hasLogged("Successfully started process", kProcesses)) << healer.log();
    for (int round = 1; round <= kRounds; ++round) {
        std::vector<pid_t> pids;
        for (int i = 0; i < kProcesses; ++i) {
            pids.push_back(healer.runningPid("p" + std::to_string(i)));
        }
        healer.writeConfig(entries(round));
        for (int i = 0; i < kProcesses; ++i) {
            if (i == kProcesses / 2) {
                healer.signal(SIGHUP);
            }
            kill(pids[static_cast<std::size_t>(i)], SIGKILL);
        }
        ASSERT_TRUE(hasLogged("Configuration reloaded", round)) << healer.log();
        ASSERT_TRUE(hasLogged("Successfully restarted process", kProcesses * round)) << healer.log();
    }
    for (int i = 0; i < kProcesses; ++i) {
        EXPECT_EQ(healer.copies("p" + std::to_string(i)), 1);
    }
}

TEST_F(HardTimes, AFullDiskStopsNoRecovery) {
    ASSERT_EQ(geteuid(), 0U) << "this test mounts a small file system";
    // The folders for state and logs are on a disk without room; the processes are not. The mounts are seen
    // here alone, and go with this process.
    ASSERT_EQ(unshare(CLONE_NEWNS), 0);
    ASSERT_EQ(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    const fs::path run = healer.folder() / "run";
    const fs::path logs = healer.folder() / "logs";
    fs::create_directory(logs);
    for (const auto& place : {run, logs}) {
        ASSERT_EQ(mount("tmpfs", place.c_str(), "tmpfs", 0, "size=64k,mode=755"), 0);
    }
    const auto fill = [](const fs::path& place) {
        std::ofstream(place / "filler") << std::string(256 * 1024, 'x');
    };
    healer.writeConfig(healer.counter("web", "{ type: ebpf }"));
    healer.start();
    ASSERT_TRUE(hasLogged("Successfully started process web")) << healer.log();
    fill(run);
    fill(logs);
    const pid_t old = healer.runningPid("web");
    kill(old, SIGKILL);
    EXPECT_GT(healer.waitForSuccessor("web", old).value_or(0), 1) << healer.log();
    EXPECT_TRUE(hasLogged("Successfully restarted process web")) << healer.log();
    EXPECT_TRUE(hasLogged("No space left on device")) << healer.log();
    fs::remove(run / "filler");
    fs::remove(logs / "filler");
    const pid_t next = healer.runningPid("web");
    kill(next, SIGKILL);
    EXPECT_GT(healer.waitForSuccessor("web", next).value_or(0), 1) << healer.log();
    healer.signal(SIGTERM);
    EXPECT_EQ(healer.wait(), 0);
}

} // namespace
} // namespace healer::test
