// SPDX-License-Identifier: Apache-2.0
#include "monitor/kinds.hpp"
#include "support/child.hpp"
#include "support/monitor_bench.hpp"

#include <optional>

namespace {

using namespace healer;
using namespace std::chrono_literals;
using test::Child;
using test::MonitorBench;
using test::victim;
using test::Watched;

constexpr uid_t kOther = 65534;

struct PidFile : testing::Test {
    MonitorBench bench{monitor::pidfile::kind()};
    test::TemporaryFolder folder;
    std::string file = folder / "victim.pid";
    std::vector<std::string> command{victim("sleeper"), "pid-file"};

    std::unique_ptr<Watched> make(core::Duration interval = 1000s, core::Duration startTimeout = 300ms) {
        auto watched = bench.make(command, {.type = "pid",
                                            .args = {{"pid_file_path", file}, {"interval_secs", interval}},
                                            .confirmsStart = true});
        watched->process.startTimeout = startTimeout;
        return watched;
    }
    std::unique_ptr<Watched> watching(core::Duration interval = 1000s) {
        auto watched = make(interval);
        watched->monitor->start(std::nullopt);
        return watched;
    }
    void write(pid_t pid) const { test::writeFile(file, std::to_string(pid) + "\n"); }
    void replace(pid_t pid) const {
        test::writeFile(file + ".new", std::to_string(pid) + "\n");
        std::filesystem::rename(file + ".new", file);
    }
    /// The one answer to start() is Absent; its reason.
    std::string whyAbsent(Watched& watched) {
        EXPECT_TRUE(bench.until([&] { return !watched.events.empty(); }));
        bench.settle();
        EXPECT_EQ(watched.events.size(), 1U);
        const auto absents = watched.all<core::event::Absent>();
        return absents.empty() ? "not absent" : absents.front().detail;
    }
    std::string whyAbsent() { return whyAbsent(*watching()); }
};

TEST_F(PidFile, namesTheInstance) {
    Child child(command);
    write(child.key().pid);
    auto watched = watching();
    ASSERT_TRUE(bench.until([&] { return watched->up(child.key()); }));
    watched->monitor->follow(child.key());
    child.kill(SIGTERM);
    ASSERT_TRUE(bench.until([&] { return watched->downs() == 1; }));
    EXPECT_EQ(watched->all<core::event::Down>().front().exit.signal, SIGTERM);
    bench.settle();
    EXPECT_EQ(watched->events.size(), 2U);
}

TEST_F(PidFile, mayBeMissingEmptyGarbledOrHuge) {
    EXPECT_NE(whyAbsent().find("is missing"), std::string::npos);
    test::writeFile(file, "");
    EXPECT_NE(whyAbsent().find("is empty"), std::string::npos);
    test::writeFile(file, "secret 1234");
    const auto garbled = whyAbsent();
    EXPECT_NE(garbled.find("does not begin with a PID"), std::string::npos);
    EXPECT_EQ(garbled.find("secret"), std::string::npos);
    test::writeFile(file, std::string(1U << 20U, '1'));
    EXPECT_NE(whyAbsent().find("too long"), std::string::npos);
}

TEST_F(PidFile, isNotOpenedWhenItIsSomethingElse) {
    ASSERT_EQ(mkfifo(file.c_str(), 0666), 0);
    EXPECT_NE(whyAbsent().find("not a regular file"), std::string::npos);
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);
    EXPECT_NE(whyAbsent().find("not a regular file"), std::string::npos);
    std::filesystem::remove(file);
    std::filesystem::create_symlink("/dev/zero", file);
    EXPECT_NE(whyAbsent().find("not a regular file"), std::string::npos);
    std::filesystem::remove(file);
    std::filesystem::create_symlink("loop", folder / "loop");
    std::filesystem::create_symlink("loop", file);
    EXPECT_NE(whyAbsent().find("cannot be read"), std::string::npos);
}

TEST_F(PidFile, isFollowedAsALinkOnlyOfRootOrItsUser) {
    const Child child(command);
    test::writeFile(folder / "real", std::to_string(child.key().pid));
    std::filesystem::create_symlink(folder / "real", file);
    auto trusted = watching();
    EXPECT_TRUE(bench.until([&] { return trusted->up(child.key()); }));
    ASSERT_EQ(lchown(file.c_str(), kOther, kOther), 0);
    auto watched = make(1000s, 100s);
    watched->monitor->start(std::nullopt);
    bench.settle();
    EXPECT_TRUE(watched->events.empty()) << "an instance runs, so the file is waited for";
}

TEST_F(PidFile, mustNotNameUnrelatedProcesses) {
    write(1);
    EXPECT_NE(whyAbsent().find("does not run"), std::string::npos);
    write(getpid());
    EXPECT_NE(whyAbsent().find("does not run"), std::string::npos);
}

TEST_F(PidFile, mayNameWhatHasBecomeAnotherUserWhereOnlyRootWrites) {
    const Child dropped(command, {.uid = kOther});
    write(dropped.key().pid);
    EXPECT_TRUE(
        bench.until([&, watched = std::shared_ptr(watching())] { return watched->up(dropped.key()); }));
    ASSERT_EQ(chown(file.c_str(), kOther, kOther), 0);
    EXPECT_TRUE(bench.until([&, watched = std::shared_ptr(watching())] {
        return watched->up(dropped.key());
    })) << "root has given it the file";
    ASSERT_EQ(chmod(file.c_str(), 0666), 0);
    EXPECT_NE(whyAbsent().find("does not run"), std::string::npos) << "any user may have written it";
    ASSERT_EQ(chmod(file.c_str(), 0644), 0);
    ASSERT_EQ(chown(std::string(folder / ".").c_str(), kOther, kOther), 0);
    EXPECT_NE(whyAbsent().find("does not run"), std::string::npos) << "its user may have put it there";
}

TEST_F(PidFile, neverNamesAnotherUserForAnOrdinaryOne) {
    const Child other(command, {.uid = kOther});
    write(other.key().pid);
    auto watched = bench.make(command,
                              {.type = "pid",
                               .args = {{"pid_file_path", file}, {"interval_secs", core::Duration(1000s)}},
                               .confirmsStart = true},
                              1);
    watched->monitor->start(std::nullopt);
    EXPECT_NE(whyAbsent(*watched).find("does not run"), std::string::npos);
}

TEST_F(PidFile, mayHoldMoreThanANumber) {
    const Child child(command);
    const auto number = std::to_string(child.key().pid);
    for (const std::string rest :
         {"\n/var/lib/postgresql/15/main\n1700000000\n5432\n/var/run/postgresql\nlocalhost\n"
          "  5432001         7\nready\n",
          "\napp\nhost\n", "\r\n", " 4711\n", "\n4711\n"}) {
        test::writeFile(file, "  " + number + rest);
        auto watched = watching();
        ASSERT_TRUE(bench.until([&] { return !watched->events.empty(); }));
        EXPECT_TRUE(watched->up(child.key())) << rest;
    }
}

TEST_F(PidFile, isNotTrustedWhenAnotherUserWroteIt) {
    const Child other({command.front(), "another-instance"});
    write(other.key().pid);
    ASSERT_EQ(chown(file.c_str(), kOther, kOther), 0);
    const auto why = whyAbsent();
    EXPECT_NE(why.find("belongs to UID 65534"), std::string::npos) << why;
    ASSERT_EQ(chown(file.c_str(), 0, 0), 0);
    auto watched = watching();
    EXPECT_TRUE(bench.until([&] { return watched->up(other.key()); })) << "root may say so";
}

TEST_F(PidFile, mayHaveBeenOvertakenByARecycledPid) {
    Child first(command);
    const pid_t pid = first.key().pid;
    write(pid);
    first.kill(SIGKILL);
    first.reap();
    const Child unrelated({victim("renamer")}, {.pid = pid});
    ASSERT_EQ(unrelated.key().pid, pid);
    EXPECT_NE(whyAbsent().find("does not run"), std::string::npos);
}

TEST_F(PidFile, mayNameAZombie) {
    const Child zombie(command);
    write(zombie.key().pid);
    zombie.kill(SIGKILL);
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(zombie.key().pid), &info, WEXITED | WNOWAIT);
    EXPECT_NE(whyAbsent().find("does not run"), std::string::npos);
}

TEST_F(PidFile, isSeenWhenItIsWrittenLate) {
    auto watched = watching();
    whyAbsent(*watched);
    const Child child(command);
    write(child.key().pid);
    EXPECT_TRUE(bench.until([&] { return watched->up(child.key()); }));
}

TEST_F(PidFile, isSeenWhenItIsFilledAfterItWasCreated) {
    auto watched = watching();
    whyAbsent(*watched);
    const Child child(command);
    std::ofstream stream(file); // stays open, as daemons that lock their file do
    bench.settle();
    EXPECT_EQ(watched->events.size(), 1U);
    stream << child.key().pid << std::flush;
    EXPECT_TRUE(bench.until([&] { return watched->up(child.key()); }));
}

TEST_F(PidFile, isSeenWhenItsFolderComesLate) {
    file = folder / "run/victim.pid";
    auto watched = watching(1s);
    whyAbsent(*watched);
    std::filesystem::create_directory(folder / "run");
    const Child child(command);
    write(child.key().pid);
    EXPECT_TRUE(bench.until([&] { return watched->up(child.key()); }));
}

TEST_F(PidFile, isSeenWhenItIsReplacedByRename) {
    const Child first(command);
    const Child second(command);
    write(first.key().pid);
    auto watched = watching();
    ASSERT_TRUE(bench.until([&] { return watched->up(first.key()); }));
    watched->monitor->follow(first.key());
    replace(second.key().pid);
    EXPECT_TRUE(bench.until([&] { return watched->up(second.key()); }));
    EXPECT_EQ(watched->downs(), 0U);
}

TEST_F(PidFile, isWaitedForUntilTheProcessHasBecomeTheInstance) {
    command = {victim("sleeper"), "becomes"};
    const auto gate = folder / "gate";
    ASSERT_EQ(mkfifo(gate.c_str(), 0600), 0);
    auto watched = watching();
    whyAbsent(*watched);
    const Child child({"/bin/sh", "-c", "read x < " + gate + "; exec " + victim("sleeper") + " becomes"});
    write(child.key().pid);
    bench.settle();
    EXPECT_EQ(watched->events.size(), 1U);
    test::writeFile(gate, "go\n");
    EXPECT_TRUE(bench.until([&] { return watched->up(child.key()); }));
}

TEST_F(PidFile, mayGoWhileTheInstanceLives) {
    const Child child(command);
    write(child.key().pid);
    auto watched = watching();
    ASSERT_TRUE(bench.until([&] { return watched->up(child.key()); }));
    watched->monitor->follow(child.key());
    std::filesystem::remove(file);
    ASSERT_TRUE(bench.until([&] { return bench.log.warningsWith("is missing") == 1; }));
    watched->monitor->look();
    ASSERT_TRUE(bench.until([&] { return watched->all<core::event::Up>().size() == 2; }));
    bench.settle();
    EXPECT_EQ(watched->downs() + watched->absents(), 0U);
    EXPECT_EQ(bench.log.warningsWith("is missing"), 1U);
}

TEST_F(PidFile, isDoneWithoutWhenAnInstanceRunsAndNoFileComes) {
    const Child child(command);
    auto watched = watching();
    bench.settle();
    EXPECT_TRUE(watched->events.empty());
    ASSERT_TRUE(bench.until([&] { return watched->up(child.key()); }));
    EXPECT_EQ(watched->events.size(), 1U);
    EXPECT_EQ(bench.log.warningsWith("is missing"), 1U);
}

TEST_F(PidFile, isAbsentWhenTheInstanceDiesWhileTheFileIsWaitedFor) {
    Child child(command);
    auto watched = make(1000s, 100s);
    watched->monitor->start(std::nullopt);
    bench.settle();
    child.kill(SIGKILL);
    child.reap();
    EXPECT_NE(whyAbsent(*watched).find("is missing"), std::string::npos);
}

TEST_F(PidFile, namesTheDaemonThatForkedItself) {
    command = {victim("pid_writer"), file};
    auto watched = watching();
    whyAbsent(*watched);
    Child starter(command);
    watched->monitor->follow(starter.key());
    ASSERT_TRUE(bench.until([&] { return !watched->all<core::event::Up>().empty(); }));
    const auto daemon = core::processOf(watched->all<core::event::Up>().back().instance).value();
    EXPECT_NE(daemon, starter.key());
    watched->monitor->follow(daemon);
    const auto fd = runtime::openPidfd(daemon);
    ASSERT_TRUE(fd && *fd);
    EXPECT_TRUE(runtime::sendSignal(fd->get(), SIGKILL));
    EXPECT_TRUE(bench.until([&] {
        const auto downs = watched->all<core::event::Down>();
        return std::ranges::any_of(downs,
                                   [&](const auto& down) { return down.instance == core::Instance(daemon); });
    }));
}

TEST_F(PidFile, doesNotWakeAnybodyWhileAllIsWell) {
    const Child child(command);
    write(child.key().pid);
    auto watched = watching();
    ASSERT_TRUE(bench.until([&] { return watched->up(child.key()); }));
    watched->monitor->follow(child.key());
    bench.settle();
    std::ofstream log(folder / "busy.log");
    log << "first" << std::flush;
    bench.settle();
    for (int line = 0; line < 100; ++line) {
        log << "a line" << std::flush;
    }
    EXPECT_FALSE(bench.loop.runOnce(10ms));
}

} // namespace
