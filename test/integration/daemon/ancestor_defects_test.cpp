// SPDX-License-Identifier: Apache-2.0
// Defects of process-healer that must not come back: one test for each, by its number in the list of
// them. Those about systemd (7, 9, 10) are tested in test/system/ancestor_defects.
#include "integration/daemon/healer_run.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace healer::test {
namespace {

namespace fs = std::filesystem;

class AncestorDefect : public testing::Test {
protected:
    static constexpr const char* kEbpf = "{ type: ebpf }";

    bool comesUp(const std::string& name) {
        return waitFor([&] { return healer.counterPid(name).has_value(); });
    }
    bool hasLogged(const std::string& text, int times = 1) {
        return waitFor([&] { return healer.logged(text) >= times; });
    }
    void kill(const std::string& name) { ::kill(healer.runningPid(name), SIGKILL); }
    pid_t killAndWait(const std::string& name) {
        const pid_t old = healer.runningPid(name);
        ::kill(old, SIGKILL);
        return healer.waitForSuccessor(name, old).value_or(0);
    }
    /// Puts a file into the folder that every user may execute.
    fs::path script(const std::string& name, const std::string& text) {
        const fs::path path = healer.folder() / name;
        std::ofstream(path) << text;
        fs::permissions(path, fs::perms(0755));
        return path;
    }
    [[nodiscard]] std::string entry(const std::string& name, const std::string& command,
                                    const std::string& more) const {
        return "  - name: " + name + "\n    command: " + command + "\n" +
               (geteuid() == 0 ? "    run_as_root: true\n" : "") + more;
    }

    HealerRun healer;
};

TEST_F(AncestorDefect, 01_AnExitWithTheBreakerOpenIsNotForgotten) {
    healer.writeConfig(healer.counter(
        "web", kEbpf,
        "    recovery: { retries: 1, retry_window_secs: 60, cooldown_secs: 2, stable_secs: 1 }\n"));
    healer.start();
    ASSERT_TRUE(comesUp("web"));
    ASSERT_GT(killAndWait("web"), 1);
    ASSERT_TRUE(hasLogged("Successfully restarted"));
    kill("web");
    ASSERT_TRUE(hasLogged("Circuit breaker is open")) << healer.log();
    EXPECT_TRUE(comesUp("web")) << "by the clock alone: " << healer.log();
}

TEST_F(AncestorDefect, 01_AnAbortedRecoveryIsMadeUpForWhenTheDependencyIsBack) {
    const fs::path program = healer.folder() / "program";
    fs::copy_file(HEALER_COUNTER, program);
    std::string db = healer.counter(
        "db", kEbpf, "    recovery: { retries: 1, retry_window_secs: 60, cooldown_secs: 3 }\n");
    db.replace(db.find(HEALER_COUNTER), std::string(HEALER_COUNTER).size(), program.string());
    healer.writeConfig(
        db + healer.counter("web", kEbpf,
                            "    dependencies: [ { target: db, max_wait_secs: 1, on_failure: abort } ]\n"));
    healer.start();
    ASSERT_TRUE(hasLogged("Successfully started process db"));
    ASSERT_TRUE(hasLogged("Successfully started process web")) << healer.log();
    fs::rename(program, healer.folder() / "away");
    kill("db");
    kill("web");
    ASSERT_TRUE(hasLogged("is not started without db")) << healer.log();
    EXPECT_EQ(healer.copies("web"), 0);
    fs::rename(healer.folder() / "away", program);
    EXPECT_TRUE(comesUp("web")) << healer.log();
    EXPECT_TRUE(comesUp("db"));
}

TEST_F(AncestorDefect, 02_ADaemonThatRemovesItsPidFileIsHealed) {
    healer.writeConfig(healer.counter("web", healer.pidMonitor("web")));
    healer.start();
    ASSERT_TRUE(comesUp("web"));
    ASSERT_TRUE(hasLogged("Successfully started"));
    const pid_t old = healer.runningPid("web");
    ::kill(old, SIGTERM); // it removes the file on its way out
    EXPECT_GT(healer.waitForSuccessor("web", old).value_or(0), 1) << healer.log();
}

TEST_F(AncestorDefect, 02_AGarbledPidFileIsNoReasonToWaitForEver) {
    std::ofstream(healer.folder() / "web.pid") << "no number\n";
    healer.writeConfig(healer.counter("web", healer.pidMonitor("web"), "    start_timeout_secs: 1\n"));
    healer.start();
    EXPECT_TRUE(comesUp("web")) << healer.log();
}

TEST_F(AncestorDefect, 03_APidFileThatNamesAnUnrelatedProcessOrAZombieIsNotAlive) {
    const pid_t zombie = fork();
    if (zombie == 0) {
        _exit(0);
    }
    for (const pid_t wrong : {getpid(), zombie}) {
        std::ofstream(healer.folder() / "web.pid") << wrong << "\n";
        healer.writeConfig(healer.counter("web", healer.pidMonitor("web"), "    start_timeout_secs: 1\n"));
        healer.start();
        EXPECT_TRUE(waitFor([&] {
            const auto pid = healer.counterPid("web");
            return pid && *pid != wrong;
        })) << healer.log();
        healer.signal(SIGTERM);
        (void)healer.wait();
        kill("web");
        ASSERT_TRUE(waitFor([&] { return healer.copies("web") == 0; }));
        fs::remove_all(healer.folder() / "run");
        fs::create_directory(healer.folder() / "run");
    }
    waitpid(zombie, nullptr, 0);
}

TEST_F(AncestorDefect, 05_ScriptsAndEntriesOfOneBasenameAreDistinguished) {
    const std::string text =
        "#!/bin/bash\necho $$ > \"$1\"\nwhile true; do read -r -t 1000 <> <(:) || true; done\n";
    fs::create_directory(healer.folder() / "one");
    fs::create_directory(healer.folder() / "two");
    std::string entries;
    for (const std::string name : {"one", "two"}) {
        const auto path = script(name + "/service-with-a-long-name", text);
        entries += entry(name, path.string(),
                         "    args: [\"" + (healer.folder() / (name + ".pid")).string() + "\"]\n" +
                             "    monitor: { type: ebpf }\n");
    }
    healer.writeConfig(entries);
    healer.start();
    ASSERT_TRUE(comesUp("one"));
    ASSERT_TRUE(comesUp("two"));
    ASSERT_TRUE(hasLogged("Successfully started process", 2));
    const auto other = healer.counterPid("two");
    ASSERT_GT(killAndWait("one"), 1) << healer.log();
    EXPECT_EQ(healer.counterPid("two"), other);
    EXPECT_EQ(healer.logged("Process two"), 0) << healer.log();
}

TEST_F(AncestorDefect, 05_ANamesakeTriggersNothing) {
    healer.writeConfig(healer.counter("web", kEbpf));
    healer.start();
    ASSERT_TRUE(comesUp("web"));
    ASSERT_TRUE(hasLogged("Successfully started"));
    const auto pid = healer.counterPid("web");
    const fs::path namesake = healer.folder() / fs::path(HEALER_COUNTER).filename();
    fs::copy_file(HEALER_COUNTER, namesake);
    for (int i = 0; i < 5; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            execl(namesake.c_str(), namesake.c_str(), static_cast<char*>(nullptr));
            _exit(127);
        }
        waitpid(child, nullptr, 0);
    }
    // What Healer makes of a real death afterwards shows that it has seen the others too.
    ASSERT_EQ(healer.counterPid("web"), pid);
    ASSERT_GT(killAndWait("web"), 1);
    ASSERT_TRUE(hasLogged("Successfully restarted"));
    EXPECT_EQ(healer.logged(" is down"), 1) << healer.log();
}

TEST_F(AncestorDefect, 08_AnUnknownOrMissingUserNeverRunsAsRoot) {
    ASSERT_EQ(geteuid(), 0U) << "this test is about root";
    // That the process of a user who is missing waits for the user is tested in system/late_things.
    for (const auto& [user, how] :
         {std::pair{"", "--foreground"}, std::pair{"    run_as_user: nobody-of-this-name\n", "--check"}}) {
        const fs::path fresh = healer.config();
        std::ofstream(fresh) << "processes:\n  - name: web\n    command: " HEALER_COUNTER "\n"
                             << user << "    monitor: { type: ebpf }\n";
        fs::permissions(fresh, fs::perms(0600));
        const auto finished = healer.run({how, "-c", healer.config(), "--bus", "none"});
        EXPECT_EQ(finished.status, 78) << finished.output;
        EXPECT_NE(finished.output.find("run_as_user"), std::string::npos) << finished.output;
    }
}

TEST_F(AncestorDefect, 12_AReloadAppliesChangedSettingsOfAKnownName) {
    healer.writeConfig(healer.counter("web", healer.pidMonitor("web")));
    healer.start();
    ASSERT_TRUE(comesUp("web"));
    ASSERT_TRUE(hasLogged("Successfully started"));
    const auto pid = healer.counterPid("web");
    healer.writeConfig(healer.counter(
        "web", kEbpf, "    recovery: { retries: 1, retry_window_secs: 60, cooldown_secs: 600 }\n"));
    healer.signal(SIGHUP);
    ASSERT_TRUE(hasLogged("Configuration reloaded: 0 added, 1 changed (web), 0 removed")) << healer.log();
    EXPECT_EQ(healer.counterPid("web"), pid) << "a reload stops nothing";
    ASSERT_GT(killAndWait("web"), 1) << healer.log();
    ASSERT_TRUE(hasLogged("Successfully restarted"));
    kill("web");
    EXPECT_TRUE(hasLogged("Circuit breaker is open")) << healer.log();
}

TEST_F(AncestorDefect, 12_AnUnknownKeyIsAnErrorAndChangesNothing) {
    healer.writeConfig(healer.counter("web", kEbpf));
    healer.start();
    ASSERT_TRUE(comesUp("web"));
    healer.writeConfig(healer.counter("web", kEbpf, "    recovry: { retries: 1 }\n"));
    healer.signal(SIGHUP);
    ASSERT_TRUE(hasLogged("Reload refused")) << healer.log();
    EXPECT_GE(healer.logged("did you mean 'recovery'"), 1) << healer.log();
    EXPECT_GT(killAndWait("web"), 1);
}

TEST_F(AncestorDefect, 14_ARestartKeepsGroupsSessionLimitsAndLog) {
    ASSERT_EQ(geteuid(), 0U) << "this test is about root";
    const auto path =
        script("service", "#!/bin/bash\necho $$ > \"$1.new\"; mv \"$1.new\" \"$1\"\n"
                          "echo groups $(id -G) session $(ps -o sid= -p $$) me $$ files $(ulimit -n)\n"
                          "while true; do read -r -t 1000 <> <(:) || true; done\n");
    fs::create_directory(healer.folder() / "shared");
    fs::permissions(healer.folder() / "shared", fs::perms(0777));
    healer.writeConfig("  - name: web\n    command: " + path.string() + "\n    args: [\"" +
                       (healer.folder() / "shared" / "web.pid").string() +
                       "\"]\n    run_as_user: nobody\n    monitor: { type: ebpf }\n");
    healer.start();
    ASSERT_TRUE(comesUp("shared/web")) << healer.log();
    ASSERT_TRUE(hasLogged("Successfully started"));
    const fs::path log = healer.folder() / "logs" / "web.log";
    const auto lines = [&] {
        const std::string text = readText(log);
        return std::count(text.begin(), text.end(), '\n');
    };
    ASSERT_TRUE(waitFor([&] { return lines() == 1; })) << readText(log);
    const pid_t next = killAndWait("shared/web");
    ASSERT_GT(next, 1);
    ASSERT_TRUE(waitFor([&] { return lines() == 2; })) << "appended, not truncated: " << readText(log);
    const std::string text = readText(log);
    const std::string pid = std::to_string(next);
    EXPECT_NE(text.find("session " + pid + " me " + pid), std::string::npos) << text;
    EXPECT_NE(text.find("groups 65534"), std::string::npos) << text;
}

} // namespace
} // namespace healer::test
