// SPDX-License-Identifier: Apache-2.0
#include "monitor/kinds.hpp"
#include "runtime/proc_entry.hpp"
#include "support/child.hpp"
#include "support/monitor_bench.hpp"

#include <unistd.h>

#include <fcntl.h>

namespace {

using namespace healer;
using namespace std::chrono_literals;
using test::Child;
using test::MonitorBench;
using test::victim;
using test::Watched;

constexpr uid_t kOther = 65534;

struct EbpfAdoption : testing::Test {
    MonitorBench bench{monitor::ebpf::kind()};
    test::TemporaryFolder folder;

    std::unique_ptr<Watched> watching(std::vector<std::string> argv, core::Duration interval = 1000s) {
        auto watched = bench.make(
            std::move(argv), {.type = "ebpf", .args = {{"interval_secs", interval}}, .confirmsStart = false});
        watched->monitor->start(std::nullopt);
        return watched;
    }
    /// The answer to start().
    bool absentAtFirst(Watched& watched) {
        const bool answered = bench.until([&] { return !watched.events.empty(); });
        return answered && watched.absents() == 1 && watched.events.size() == 1;
    }
    std::string script(const std::string& name, const std::string& text) {
        const auto path = folder / name;
        test::writeFile(path, text);
        chmod(path.c_str(), 0755);
        return path;
    }
};

TEST_F(EbpfAdoption, findsWhatRunsAlreadyByFileAndArguments) {
    const Child wanted({victim("sleeper"), "this"});
    const Child sibling({victim("sleeper"), "that"});
    auto watched = watching({victim("sleeper"), "this"});
    ASSERT_TRUE(bench.until([&] { return !watched->events.empty(); }));
    EXPECT_TRUE(watched->up(wanted.key()));
    EXPECT_FALSE(watched->up(sibling.key()));
}

TEST_F(EbpfAdoption, findsADaemonThatHasRenamedItself) {
    const Child daemon({victim("renamer")});
    auto watched = watching({victim("renamer")});
    EXPECT_TRUE(bench.until([&] { return watched->up(daemon.key()); }));
}

TEST_F(EbpfAdoption, findsAProgramWhoseFileWasReplaced) {
    const auto path = folder / "service";
    std::filesystem::copy_file(victim("sleeper"), path);
    const Child old({path});
    std::filesystem::copy_file(victim("sleeper"), folder / "new");
    std::filesystem::rename(folder / "new", path);
    auto watched = watching({path});
    EXPECT_TRUE(bench.until([&] { return watched->up(old.key()); }));
}

TEST_F(EbpfAdoption, takesAKnownInstanceAsLongAsItIsThatOne) {
    const Child known({victim("sleeper"), "known"});
    auto watched = bench.make(
        {"/bin/true"},
        {.type = "ebpf", .args = {{"interval_secs", core::Duration(1000s)}}, .confirmsStart = false});
    watched->monitor->start(known.key());
    EXPECT_TRUE(bench.until([&] { return watched->up(known.key()); }));
    auto other = bench.make(
        {"/bin/true"},
        {.type = "ebpf", .args = {{"interval_secs", core::Duration(1000s)}}, .confirmsStart = false});
    other->monitor->start(core::ProcessKey{known.key().pid, known.key().startTicks - 1});
    EXPECT_TRUE(absentAtFirst(*other));
}

TEST_F(EbpfAdoption, adoptsAnInstanceStartedByAnotherWithinMilliseconds) {
    auto watched = watching({victim("sleeper"), "adopted"});
    ASSERT_TRUE(absentAtFirst(*watched));
    const auto begin = runtime::Loop::bootTime();
    const Child started({victim("sleeper"), "adopted"});
    ASSERT_TRUE(bench.until([&] { return watched->up(started.key()); }));
    EXPECT_LT(runtime::Loop::bootTime() - begin, core::Duration(500ms));
}

TEST_F(EbpfAdoption, ignoresANamesakeOfAnotherUser) {
    const auto copy = folder / "sleeper";
    std::filesystem::copy_file(victim("sleeper"), copy);
    auto watched = watching({victim("sleeper"), "mine"});
    ASSERT_TRUE(absentAtFirst(*watched));
    {
        const Child sameName({copy, "mine"}, {.uid = kOther});
        const Child sameNameAsRoot({copy, "mine"});
        bench.settle();
    }
    watched->monitor->look();
    ASSERT_TRUE(bench.until([&] { return watched->events.size() >= 2; }));
    bench.settle();
    EXPECT_EQ(watched->absents(), 2U);
    EXPECT_EQ(watched->events.size(), 2U);
}

TEST_F(EbpfAdoption, ignoresTheDeathOfANamesake) {
    const auto copy = folder / "sleeper";
    std::filesystem::copy_file(victim("sleeper"), copy);
    const Child mine({victim("sleeper"), "mine"});
    auto watched = watching({victim("sleeper"), "mine"});
    ASSERT_TRUE(bench.until([&] { return watched->up(mine.key()); }));
    watched->monitor->follow(mine.key());
    for (int round = 0; round < 20; ++round) {
        const Child namesake({copy, "mine"}, {.uid = kOther});
    }
    bench.settle();
    EXPECT_EQ(watched->downs(), 0U);
    EXPECT_EQ(watched->events.size(), 1U);
}

TEST_F(EbpfAdoption, doesNotTakeAZombieForAnInstance) {
    Child zombie({victim("sleeper"), "zombie"});
    zombie.kill(SIGKILL);
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(zombie.key().pid), &info, WEXITED | WNOWAIT);
    auto watched = watching({victim("sleeper"), "zombie"});
    EXPECT_TRUE(absentAtFirst(*watched));
}

TEST_F(EbpfAdoption, knowsScriptsByTheirPath) {
    const auto path =
        script("service", "#!/bin/bash -e\nwhile true; do read -r -t 1000 <> <(:) || true; done\n");
    const auto twin =
        script("twin", "#!/bin/bash -e\nwhile true; do read -r -t 1000 <> <(:) || true; done\n");
    auto watched = watching({path, "x"});
    ASSERT_TRUE(absentAtFirst(*watched));
    const Child other({twin, "x"});
    const Child started({path, "x"});
    ASSERT_TRUE(bench.until([&] { return watched->up(started.key()); }));
    auto again = watching({path, "x"});
    EXPECT_TRUE(bench.until([&] { return again->up(started.key()); }));
    EXPECT_FALSE(again->up(other.key()));
}

TEST_F(EbpfAdoption, knowsScriptsThatEnvStarts) {
    for (const std::string interpreter : {"bash", "python3"}) {
        const auto path =
            script("by-" + interpreter,
                   "#!/usr/bin/env " + interpreter + "\n" +
                       (interpreter == "bash" ? "while true; do read -r -t 1000 <> <(:) || true; done"
                                              : "import signal\nwhile True: signal.pause()") +
                       "\n");
        auto watched = watching({path, "argument"});
        ASSERT_TRUE(absentAtFirst(*watched));
        const Child started({path, "argument"});
        ASSERT_TRUE(bench.until([&] { return watched->up(started.key()); })) << interpreter;
        // And when nothing of the way to it is left.
        ASSERT_TRUE(bench.until([&] {
            const auto facts = runtime::factsOf(started.key().pid);
            return facts && core::baseName(facts->exe).starts_with(interpreter) && facts->argv.size() == 3;
        })) << interpreter;
        auto again = watching({path, "argument"});
        EXPECT_TRUE(bench.until([&] { return again->up(started.key()); })) << interpreter;
    }
}

TEST_F(EbpfAdoption, findsByTheScanAnInstanceWithoutAHint) {
    auto watched = watching({victim("sleeper"), "scanned"}, 1s);
    ASSERT_TRUE(absentAtFirst(*watched));
    // As fexecve(3): the kernel reports the number of the descriptor as the name, which is not expected.
    const int program = open(victim("sleeper").c_str(), O_PATH);
    const Child started({"/proc/self/fd/" + std::to_string(program), "scanned"});
    close(program);
    EXPECT_TRUE(bench.until([&] { return watched->up(started.key()); }));
}

TEST_F(EbpfAdoption, findsWhatHasReplacedItsArguments) {
    for (const std::string how : {"pad", "copy", "long"}) {
        const Child daemon({victim("titler"), how, "--port", "7001", "--a-long-option=with-a-value"});
        ASSERT_TRUE(bench.until([&] {
            const auto facts = runtime::factsOf(daemon.key().pid);
            return facts && facts->argv.front().starts_with("titler: ");
        })) << how;
        auto watched = watching({victim("titler"), how, "--port", "7001", "--a-long-option=with-a-value"});
        ASSERT_TRUE(bench.until([&] { return !watched->events.empty(); }));
        EXPECT_TRUE(watched->up(daemon.key())) << how;
        auto other = watching({victim("titler"), how, "--port", "7001", "--another-option"});
        ASSERT_TRUE(bench.until([&] { return !other->events.empty(); }));
        ASSERT_EQ(other->absents(), 1U) << how;
        const auto absent = other->all<core::event::Absent>().front();
        EXPECT_EQ(absent.doubtful, daemon.key()) << how;
    }
}

TEST_F(EbpfAdoption, distinguishesTwoLinksToOneProgram) {
    for (const char* name : {"a", "b"}) {
        std::filesystem::create_directory(folder / name);
        std::filesystem::create_symlink(victim("sleeper"), std::string(folder / name) + "/worker");
    }
    const Child b({folder / "b/worker", "1001"});
    auto watched = watching({folder / "a/worker", "1001"});
    ASSERT_TRUE(absentAtFirst(*watched));
    EXPECT_FALSE(watched->all<core::event::Absent>().front().doubtful);
    const Child a({folder / "a/worker", "1001"});
    EXPECT_TRUE(bench.until([&] { return watched->up(a.key()); }));
    auto again = watching({folder / "b/worker", "1001"});
    ASSERT_TRUE(bench.until([&] { return !again->events.empty(); }));
    EXPECT_TRUE(again->up(b.key()));
}

TEST_F(EbpfAdoption, knowsScriptsBehindTrampolines) {
    ASSERT_EQ(::access("/usr/bin/perl", X_OK), 0);
    const auto path =
        script("tramp", "#!/bin/sh\nexec /usr/bin/perl -x \"$0\" \"$@\"\n#!perl\nsleep 1 while 1;\n");
    const Child started({path, "x"});
    ASSERT_TRUE(bench.until([&] {
        const auto facts = runtime::factsOf(started.key().pid);
        return facts && facts->argv.size() == 4;
    }));
    auto watched = watching({path, "x"});
    ASSERT_TRUE(bench.until([&] { return !watched->events.empty(); }));
    EXPECT_TRUE(watched->up(started.key()));
}

TEST_F(EbpfAdoption, doesNotTakeAnOrphanedWorkerForASuccessor) {
    auto master = std::make_unique<Child>(std::vector{victim("sleeper"), std::string("tree")});
    const Child worker({victim("sleeper"), "tree"});
    auto watched = watching({victim("sleeper"), "tree"});
    ASSERT_TRUE(bench.until([&] { return !watched->events.empty(); })) << "the answer to start()";
    watched->monitor->follow(master->key());
    ASSERT_TRUE(bench.until([&] {
        return runtime::Loop::bootTime().time_since_epoch() / 10ms >
               static_cast<long>(worker.key().startTicks);
    }));
    master.reset();
    ASSERT_TRUE(bench.until([&] { return watched->downs() == 1; }));
    watched->monitor->follow(std::nullopt);
    watched->events.clear();
    watched->monitor->look();
    EXPECT_TRUE(absentAtFirst(*watched));
    const Child successor({victim("sleeper"), "tree"});
    EXPECT_TRUE(bench.until([&] { return watched->up(successor.key()); }));
}

} // namespace
