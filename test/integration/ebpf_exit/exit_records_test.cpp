// SPDX-License-Identifier: Apache-2.0
#include "monitor/ebpf/kernel_probe.hpp"
#include "monitor/kinds.hpp"
#include "runtime/proc_entry.hpp"
#include "support/child.hpp"
#include "support/monitor_bench.hpp"

#include <spawn.h>

namespace {

using namespace healer;
using test::Child;
using test::MonitorBench;
using test::victim;
using test::Watched;

core::MonitorPlan ebpfPlan(core::Duration interval = std::chrono::seconds(30)) {
    return {.type = "ebpf", .args = {{"interval_secs", interval}}, .confirmsStart = false};
}

struct EbpfExit : testing::Test {
    MonitorBench bench{monitor::ebpf::kind()};

    void SetUp() override { ASSERT_EQ(bench.host->status(), "active"); }

    std::unique_ptr<Watched> following(const Child& child, std::vector<std::string> argv) {
        auto watched = bench.make(std::move(argv), ebpfPlan());
        watched->monitor->start(std::nullopt);
        watched->monitor->follow(child.key());
        return watched;
    }

    /// Signals the victim, awaits one Down of it and nothing after that.
    core::Exit endOf(Watched& watched, Child& child, int signal) {
        child.kill(signal);
        EXPECT_TRUE(bench.until([&] { return watched.downs() > 0; }));
        child.reap();
        bench.settle();
        EXPECT_EQ(watched.downs(), 1U);
        const auto downs = watched.all<core::event::Down>();
        if (downs.empty()) {
            return {};
        }
        EXPECT_EQ(downs.front().instance, child.key());
        return downs.front().exit;
    }

    core::Exit endOfEnder(std::vector<std::string> how, int signal = SIGUSR1) {
        how.insert(how.begin(), victim("ender"));
        Child child(how);
        auto watched = following(child, how);
        return endOf(*watched, child, signal);
    }
};

TEST_F(EbpfExit, reportsTheExitCode) {
    const auto exit = endOfEnder({"exit", "3"});
    EXPECT_EQ(exit.reason, core::ExitReason::exited);
    EXPECT_EQ(exit.code, 3);
}

TEST_F(EbpfExit, reportsTheSignal) {
    const auto exit = endOfEnder({"exit", "0"}, SIGKILL);
    EXPECT_EQ(exit.reason, core::ExitReason::signaled);
    EXPECT_EQ(exit.signal, SIGKILL);
}

TEST_F(EbpfExit, reportsTheSenderOfTheSignal) {
    const std::vector<std::string> how{victim("sleeper")};
    Child child(how);
    auto watched = following(child, how);
    const pid_t killer = fork();
    if (killer == 0) {
        prctl(PR_SET_NAME, "a \"killer\"");
        ::kill(child.key().pid, SIGKILL);
        _exit(0);
    }
    const auto exit = endOf(*watched, child, 0);
    waitpid(killer, nullptr, 0);
    EXPECT_EQ(exit.signal, SIGKILL);
    EXPECT_EQ(exit.sender, (core::SignalSender{SIGKILL, killer, getuid(), "a \"killer\""}));
}

TEST_F(EbpfExit, reportsExitsWhereTheKernelDoesNotShowSenders) {
    auto probe = monitor::ebpf::KernelProbe::load(bench.log, 1, monitor::ebpf::KernelProbe::Senders::unknown);
    ASSERT_TRUE(probe);
    Child child({victim("sleeper")});
    ASSERT_TRUE((*probe)->watch(child.key().pid));
    child.kill(SIGKILL);
    child.reap();
    std::vector<core::Exit> ends;
    (*probe)->drain([&](const monitor::ebpf::KernelRecord& record) {
        ends.push_back(std::get<monitor::ebpf::ExitRecord>(record).exit);
    });
    EXPECT_EQ(ends, (std::vector{core::exitFromWaitStatus(SIGKILL)}));
}

TEST_F(EbpfExit, reportsTheSignalThatCausedAnExit) {
    const auto exit = endOfEnder({"exit", "3"}, SIGUSR1);
    EXPECT_EQ(exit.code, 3);
    ASSERT_TRUE(exit.sender);
    EXPECT_EQ(exit.sender->signal, SIGUSR1);
    EXPECT_EQ(exit.sender->pid, getpid());
}

TEST_F(EbpfExit, namesTheSenderOfTheSignalThatKilled) {
    const std::vector<std::string> how{victim("sleeper")};
    Child child(how);
    auto watched = following(child, how);
    child.kill(SIGKILL);
    // A zombie at the latest by now, which takes signals too.
    const pid_t other = fork();
    if (other == 0) {
        ::kill(child.key().pid, SIGKILL);
        _exit(0);
    }
    const auto exit = endOf(*watched, child, 0);
    waitpid(other, nullptr, 0);
    ASSERT_TRUE(exit.sender);
    EXPECT_EQ(exit.sender->pid, getpid());
}

TEST_F(EbpfExit, namesNoSenderForASignalToItself) {
    const auto exit = endOfEnder({"kill"});
    EXPECT_EQ(exit.signal, SIGKILL);
    EXPECT_EQ(exit.sender, std::nullopt) << "SIGUSR1 was ours, SIGKILL its own";
}

TEST_F(EbpfExit, reportsACoreDump) {
    test::TemporaryFolder folder;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder / "");
    const std::vector<std::string> how{victim("ender"), "abort"};
    Child child(how);
    std::filesystem::current_path(before);
    auto watched = following(child, how);
    child.kill(SIGUSR1);
    ASSERT_TRUE(bench.until([&] { return watched->downs() > 0; }));
    const int status = child.reap();
    // Whether a core may be written is the machine's choice; the record must say what wait(2) says.
    EXPECT_EQ(watched->all<core::event::Down>().front().exit, core::exitFromWaitStatus(status));
    EXPECT_TRUE(WIFSIGNALED(status) && WCOREDUMP(status)) << "this machine writes no core: " << status;
}

TEST_F(EbpfExit, AncestorDefect06_isNotMisledByALeaderThatEndsFirst) {
    const std::vector<std::string> how{victim("ender"), "leader-first"};
    Child child(how);
    auto watched = following(child, how);
    ASSERT_TRUE(bench.until([&] {
        const auto entry = runtime::ProcEntry::open(child.key().pid);
        return entry->stat()->state == 'Z';
    }));
    bench.settle();
    EXPECT_EQ(watched->downs(), 0U);
    const auto exit = endOf(*watched, child, SIGUSR1);
    EXPECT_EQ(exit.reason, core::ExitReason::exited);
    EXPECT_EQ(exit.code, 7);
}

TEST_F(EbpfExit, findsAnInstanceWhoseLeaderHasEnded) {
    const std::vector<std::string> how{victim("ender"), "leader-first"};
    Child child(how);
    ASSERT_TRUE(bench.until([&] { return runtime::ProcEntry::open(child.key().pid)->stat()->state == 'Z'; }));
    auto watched = bench.make(how, ebpfPlan());
    watched->monitor->start(std::nullopt);
    EXPECT_TRUE(bench.until([&] { return watched->up(child.key()); }));
}

TEST_F(EbpfExit, reportsTheCodeOfWaitWhenAWorkerEndsLast) {
    const std::vector<std::string> how{victim("ender"), "last-worker"};
    Child child(how);
    auto watched = following(child, how);
    child.kill(SIGUSR1);
    ASSERT_TRUE(bench.until([&] { return watched->downs() > 0; }));
    auto exit = watched->all<core::event::Down>().front().exit;
    exit.sender.reset();
    EXPECT_EQ(exit, core::exitFromWaitStatus(child.reap()));
}

TEST_F(EbpfExit, reportsNineThreadsThatEndTogetherOnce) {
    for (int round = 0; round < 50; ++round) {
        EXPECT_EQ(endOfEnder({"nine"}).reason, core::ExitReason::exited);
    }
}

TEST_F(EbpfExit, followsAProcessThroughTheExecOfAThread) {
    const std::vector<std::string> how{victim("ender"), "thread-exec"};
    Child child(how);
    auto watched = following(child, how);
    child.kill(SIGUSR1);
    ASSERT_TRUE(bench.until([&] {
        const auto facts = runtime::factsOf(child.key().pid);
        return facts && facts->argv.size() == 3;
    }));
    bench.settle();
    EXPECT_EQ(watched->downs(), 0U);
    EXPECT_EQ(endOf(*watched, child, SIGUSR1).code, 9);
}

TEST_F(EbpfExit, reportsOneThatEndedBeforeItWasFollowed) {
    const std::vector<std::string> how{victim("sleeper")};
    Child child(how);
    child.kill(SIGKILL);
    child.reap();
    auto watched = following(child, how);
    EXPECT_TRUE(bench.until([&] { return watched->downs() == 1; }));
}

TEST_F(EbpfExit, distinguishesAReusedPid) {
    auto probe = monitor::ebpf::KernelProbe::load(bench.log, 1);
    ASSERT_TRUE(probe);
    std::vector<core::ProcessKey> ended;
    const auto collect = [&](const monitor::ebpf::KernelRecord& record) {
        ended.push_back(std::get<monitor::ebpf::ExitRecord>(record).key);
    };
    Child first({victim("sleeper")});
    const auto old = first.key();
    ASSERT_TRUE((*probe)->watch(old.pid));
    // So long that the second one starts in another clock tick.
    ASSERT_TRUE(bench.until([&] {
        return runtime::Loop::bootTime().time_since_epoch() / std::chrono::milliseconds(10) >
               static_cast<long>(old.startTicks) + 1;
    }));
    first.kill(SIGKILL);
    first.reap();
    Child second({victim("sleeper")}, {.uid = 0, .pid = old.pid});
    const auto recycled = second.key();
    ASSERT_EQ(recycled.pid, old.pid);
    second.kill(SIGKILL);
    second.reap();
    (*probe)->drain(collect);
    EXPECT_EQ(ended, (std::vector{old, recycled}));
    EXPECT_NE(old, recycled);
}

TEST_F(EbpfExit, doesNotTakeARecycledPidForTheKnownInstance) {
    const std::vector<std::string> how{victim("sleeper"), "recycled"};
    Child first(how);
    const auto old = first.key();
    first.kill(SIGKILL);
    first.reap();
    const Child second({victim("sleeper"), "another"}, {.uid = 0, .pid = old.pid});
    ASSERT_EQ(second.key().pid, old.pid);
    auto watched = bench.make(how, ebpfPlan());
    watched->monitor->start(core::ProcessKey{old.pid, old.startTicks - 1});
    ASSERT_TRUE(bench.until([&] { return !watched->events.empty(); }));
    EXPECT_EQ(watched->absents(), 1U);
}

TEST_F(EbpfExit, reportsNothingAboutAThousandUnrelatedProcesses) {
    const std::vector<std::string> how{victim("sleeper"), "quiet"};
    Child child(how);
    auto watched = following(child, how);
    for (int count = 0; count < 1000; ++count) {
        pid_t pid = -1;
        std::string name = "/bin/true";
        char* argv[] = {name.data(), nullptr};
        ASSERT_EQ(posix_spawn(&pid, argv[0], nullptr, nullptr, argv, nullptr), 0);
        waitpid(pid, nullptr, 0);
    }
    bench.settle();
    EXPECT_EQ(watched->downs(), 0U);
    EXPECT_EQ(bench.host->lostEvents(), 0U);
}

TEST_F(EbpfExit, reportsEachOfAThousandShortLivedProcessesOnce) {
    const std::vector<std::string> how{victim("ender"), "exit", "5"};
    std::vector<std::unique_ptr<Child>> children;
    std::vector<std::unique_ptr<Watched>> all;
    for (int count = 0; count < 250; ++count) {
        children.push_back(std::make_unique<Child>(how));
        all.push_back(following(*children.back(), how));
    }
    for (int round = 0; round < 4; ++round) {
        for (auto& child : children) {
            child->kill(SIGUSR1);
        }
        ASSERT_TRUE(bench.until(
            [&] { return std::ranges::all_of(all, [](auto& one) { return one->downs() == 1; }); }));
        for (std::size_t index = 0; index < all.size(); ++index) {
            EXPECT_EQ(all[index]->all<core::event::Down>().front().exit.code, 5);
            children[index] = std::make_unique<Child>(how);
            all[index]->events.clear();
            all[index]->monitor->follow(children[index]->key());
        }
    }
}

TEST_F(EbpfExit, AncestorDefect11_recoversFromLostRecords) {
    // The ring holds some 4,500 records. It is not read while watched PIDs end and expected programs are
    // started.
    const std::vector<std::string> how{victim("sleeper"), "lost"};
    Child child(how);
    auto watched = following(child, how);
    auto idle = bench.make({"/bin/true", "never-called-so"}, ebpfPlan());
    idle->monitor->start(std::nullopt);
    for (int count = 0; count < 5500; ++count) {
        pid_t pid = -1;
        std::string name = "/bin/true";
        char* argv[] = {name.data(), nullptr};
        ASSERT_EQ(posix_spawn(&pid, argv[0], nullptr, nullptr, argv, nullptr), 0);
        waitpid(pid, nullptr, 0);
    }
    ASSERT_GT(bench.host->lostEvents(), 0U);
    child.kill(SIGKILL); // its record finds no room
    Child unseen({victim("sleeper"), "unseen"});
    auto waiting = bench.make({victim("sleeper"), "unseen"}, ebpfPlan());
    waiting->monitor->follow(std::nullopt);
    EXPECT_TRUE(bench.until([&] { return watched->downs() == 1; }));
    EXPECT_TRUE(bench.until([&] { return waiting->up(unseen.key()); }));
    EXPECT_GE(bench.log.warningsWith("kernel events were lost"), 1U);
}

TEST(EbpfUnprivileged, fallsBackToPidfdWithAReason) {
    const pid_t pid = fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
        if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0) {
            _exit(10);
        }
        MonitorBench bench(monitor::ebpf::kind());
        if (bench.host->status().find("no permission") == std::string::npos ||
            bench.log.warningsWith("eBPF") != 1) {
            _exit(11);
        }
        const std::vector<std::string> how{"/bin/sleep", "1234.5"}; // its own arguments, as others sleep too
        Child child(how);
        auto watched = bench.make(how, ebpfPlan(), 65534);
        watched->monitor->start(std::nullopt);
        if (!bench.until([&] { return watched->up(child.key()); })) {
            _exit(12);
        }
        watched->monitor->follow(child.key());
        child.kill(SIGTERM);
        if (!bench.until([&] { return watched->downs() == 1; })) {
            _exit(13);
        }
        // A child of its own, so that even a pidfd shows how it ended.
        _exit(watched->all<core::event::Down>().front().exit.signal == SIGTERM ? 0 : 14);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

} // namespace
