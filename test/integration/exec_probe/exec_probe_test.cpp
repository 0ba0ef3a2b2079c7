// SPDX-License-Identifier: Apache-2.0
#include "monitor/kinds.hpp"
#include "support/files.hpp"
#include "support/monitor_bench.hpp"

#include <gmock/gmock.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>

namespace healer::test {
namespace {

using namespace std::chrono_literals;
using core::event::Absent;
using core::event::Healthy;
using core::event::Unhealthy;
using testing::HasSubstr;

const core::ProcessKey kKey{1, 1};

std::ptrdiff_t openDescriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

/// A zombie that is not reaped yet has ended too.
bool ended(pid_t pid) {
    const std::string stat = readText("/proc/" + std::to_string(pid) + "/stat");
    return stat.empty() || stat.find(") Z ") != std::string::npos;
}

struct ExecProbe : testing::Test {
    MonitorBench bench{monitor::exec::kind()};
    TemporaryFolder folder;

    static core::MonitorPlan plan(const std::string& path, std::vector<std::string> args,
                                  core::Duration timeout = 5s) {
        return {.type = "exec",
                .args = {{"command", path},
                         {"args", std::move(args)},
                         {"interval_secs", core::Duration(100ms)},
                         {"timeout_secs", timeout},
                         {"failure_threshold", std::int64_t{1}},
                         {"success_threshold", std::int64_t{1}},
                         {"start_grace_secs", core::Duration(0)}},
                .confirmsStart = true,
                .role = core::MonitorRole::probe};
    }
    static core::MonitorPlan shell(const std::string& script, core::Duration timeout = 5s) {
        return plan("/bin/sh", {"-c", script}, timeout);
    }
    std::unique_ptr<Watched> watching(core::MonitorPlan which, core::User user = rootUser()) {
        auto watched = bench.make({"/bin/true"}, std::move(which));
        watched->process.command.user = std::move(user);
        watched->process.command.environment = {{"COLOUR", "green"}};
        watched->monitor->start(std::nullopt);
        return watched;
    }
    static core::User rootUser() {
        return {.name = "me",
                .uid = ::geteuid(),
                .gid = ::getegid(),
                .groups = {::getegid()},
                .home = "/",
                .shell = "/bin/sh"};
    }
    /// The one answer to start(): "healthy", or why not.
    std::string answer(core::MonitorPlan which, core::User user = rootUser()) {
        which.args["interval_secs"] = core::Duration(1000s);
        const auto watched = watching(std::move(which), std::move(user));
        EXPECT_TRUE(bench.until([&] { return !watched->events.empty(); }));
        EXPECT_EQ(watched->events.size() - watched->all<core::event::Inconclusive>().size(), 1U);
        const auto absents = watched->all<Absent>();
        if (absents.empty()) {
            return "healthy";
        }
        const auto& detail = absents.front().detail;
        return detail.substr(detail.find(": ") + 2);
    }
};

TEST_F(ExecProbe, passesWithExitStatusZero) {
    EXPECT_EQ(answer(plan("/bin/true", {})), "healthy");
    EXPECT_EQ(answer(shell("echo fine")), "healthy");
}

TEST_F(ExecProbe, failsWithTheReasonThatTheProgramGives) {
    EXPECT_EQ(answer(plan("/bin/false", {})), "exited with status 1");
    EXPECT_EQ(answer(shell("echo no space left >&2; exit 3")), "exited with status 3: no space left");
    EXPECT_EQ(answer(shell("kill -9 $$")), "killed by SIGKILL");
}

TEST_F(ExecProbe, keepsTheEndOfALongOutput) {
    const auto reason =
        answer(shell("head -c 3000000 /dev/zero | tr '\\0' x; printf '\\033[31m\\377end'; exit 1"));
    EXPECT_LT(reason.size(), 1100U);
    EXPECT_TRUE(reason.starts_with("exited with status 1: xxx")) << reason;
    EXPECT_TRUE(reason.ends_with("x [31m?end")) << reason;
}

TEST_F(ExecProbe, passesArgumentsAsTheyAre) {
    EXPECT_EQ(answer(plan("/usr/bin/test", {"a b;$(x)", "=", "a b;$(x)"})), "healthy");
}

TEST_F(ExecProbe, givesTheEnvironmentOfTheProcessOnly) {
    setenv("HEALER_SECRET", "x", 1);
    EXPECT_EQ(answer(shell("test \"$COLOUR\" = green && test -z \"$HEALER_SECRET\" && test \"$PWD\" = /")),
              "healthy");
    unsetenv("HEALER_SECRET");
}

TEST_F(ExecProbe, hasASessionAndNoDescriptorsButTheStandardOnes) {
    // No pipe: the shell would hold an end of it for a moment.
    EXPECT_EQ(answer(shell("test \"$(ps -o sid= -p $$ | tr -d ' ')\" = $$ && ls -m /proc/$$/fd; exit 1")),
              "exited with status 1: 0, 1, 2");
}

TEST_F(ExecProbe, whenItsTimeIsUpItsWholeGroupIsKilled) {
    const std::string pids = folder / "pids";
    const auto begin = runtime::Loop::bootTime();
    const auto reason = answer(
        shell("sleep 1000 & echo $$ $! > " + pids + "; echo still waiting; trap '' TERM; wait", 300ms));
    EXPECT_EQ(reason, "timed out after 300 ms: still waiting");
    EXPECT_LT(runtime::Loop::bootTime() - begin, 3s);
    std::istringstream text(readText(pids));
    pid_t leader = 0;
    pid_t grandchild = 0;
    ASSERT_TRUE(text >> leader >> grandchild);
    EXPECT_TRUE(bench.until([&] { return ended(leader) && ended(grandchild); }));
    EXPECT_TRUE(bench.until([&] { return ::kill(leader, 0) != 0; })) << "reaped";
}

TEST_F(ExecProbe, whatItLeavesRunningIsKilledToo) {
    const std::string file = folder / "pid";
    EXPECT_EQ(answer(shell("sleep 1000 & echo $! > " + file)), "healthy");
    const pid_t left = std::stoi(readText(file));
    EXPECT_TRUE(bench.until([&] { return ended(left); }));
}

TEST_F(ExecProbe, oneThatIsNotWantedAnyMoreIsKilled) {
    const std::string file = folder / "pid";
    auto watched = watching(shell("echo $$ > " + file + "; exec sleep 1000", 100s));
    ASSERT_TRUE(bench.until([&] { return readText(file).ends_with("\n"); }));
    const pid_t pid = std::stoi(readText(file));
    watched.reset();
    EXPECT_TRUE(bench.until([&] { return ::kill(pid, 0) != 0; })) << "killed and reaped";
}

TEST_F(ExecProbe, runsAsTheUserOfTheProcess) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root may become another user";
    }
    const core::User user{.name = "nobody",
                          .uid = 65534,
                          .gid = 65534,
                          .groups = {65534, 50},
                          .home = "/",
                          .shell = "/bin/false"};
    EXPECT_EQ(answer(shell("echo $(id -u) $(id -g) $(id -G) $USER; exit 1"), user),
              "exited with status 1: 65534 65534 65534 50 nobody");
}

TEST_F(ExecProbe, neverRunsAsRootWithoutAUser) {
    const std::string file = folder / "ran";
    EXPECT_EQ(answer(shell("touch " + file), core::User{}), "there is no user to run it as");
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(ExecProbe, aMissingProgramSaysNothingAboutTheService) {
    auto watched = watching(plan("/nowhere/check", {}));
    watched->monitor->follow(kKey);
    ASSERT_TRUE(bench.until([&] { return watched->absents() == 1; }));
    EXPECT_EQ(watched->all<Absent>().front().detail,
              "/nowhere/check: cannot start /nowhere/check: No such file or directory");
    bench.settle();
    EXPECT_TRUE(watched->all<Unhealthy>().empty()) << "never unhealthy";
    EXPECT_EQ(bench.log.warningsWith("/nowhere/check"), 1U);
}

TEST_F(ExecProbe, reportsChanges) {
    const std::string flag = folder / "bad";
    auto watched = watching(plan("/usr/bin/test", {"!", "-e", flag}));
    ASSERT_TRUE(bench.until([&] { return watched->all<Healthy>().size() == 1; }));
    watched->monitor->follow(kKey);
    ASSERT_TRUE(bench.until([&] { return watched->all<Healthy>().size() == 2; }));
    writeFile(flag, "x");
    ASSERT_TRUE(bench.until([&] { return watched->all<Unhealthy>().size() == 1; }));
    EXPECT_EQ(watched->all<Unhealthy>().front().probe, "/usr/bin/test ! -e " + flag);
    EXPECT_EQ(watched->all<Unhealthy>().front().reason, "exited with status 1");
    std::filesystem::remove(flag);
    ASSERT_TRUE(bench.until([&] { return watched->all<Healthy>().size() == 3; }));
    EXPECT_EQ(watched->events.size(), 4U);
}

TEST_F(ExecProbe, oneThatHangsDelaysNoOther) {
    auto slow = watching(plan("/bin/sleep", {"1000"}, 100s));
    std::vector<std::unique_ptr<Watched>> others;
    for (int count = 0; count < 100; ++count) {
        others.push_back(watching(plan("/bin/true", {})));
    }
    EXPECT_TRUE(bench.until(
        [&] { return std::ranges::all_of(others, [](const auto& one) { return !one->events.empty(); }); }));
    EXPECT_TRUE(slow->events.empty());
}

TEST_F(ExecProbe, leavesNothingBehind) {
    const auto round = [&] {
        answer(plan("/bin/true", {}));
        answer(plan("/nowhere", {}));
        answer(plan("/bin/sleep", {"1000"}, 100ms));
        auto cancelled = watching(plan("/bin/sleep", {"1000"}, 100s));
        bench.settle();
    };
    const auto settled = [&](std::ptrdiff_t most) {
        return bench.until([&] {
            return openDescriptors() <= most && ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
        });
    };
    round();
    ASSERT_TRUE(settled(1000));
    const auto before = openDescriptors();
    for (int count = 0; count < 5; ++count) {
        round();
    }
    EXPECT_TRUE(settled(before)) << openDescriptors() << " instead of " << before;
}

} // namespace
} // namespace healer::test
