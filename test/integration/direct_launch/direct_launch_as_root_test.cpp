// SPDX-License-Identifier: Apache-2.0
#include "direct_launch_fixture.hpp"

namespace healer::launch::direct {
namespace {

class DirectLaunchAsRoot : public DirectLaunch {
protected:
    void SetUp() override {
        if (geteuid() != 0) {
            GTEST_SKIP() << "only root can change the user";
        }
        chmod(directory_.c_str(), 0755);
    }

    /// A directory that belongs to the other user.
    fs::path otherUsersDirectory() {
        const auto place = directory_ / "home";
        fs::create_directory(place);
        EXPECT_EQ(chown(place.c_str(), otherUser().uid, otherUser().gid), 0);
        return place;
    }

    LaunchOrder orderAsOtherUser(std::vector<std::string> args) {
        auto ordered = order(std::move(args));
        ordered.command.path = "/bin/sleep";
        if (ordered.command.args.empty()) {
            ordered.command.args = {"1000"};
        }
        ordered.command.user = otherUser();
        return ordered;
    }
};

TEST_F(DirectLaunchAsRoot, becomesTheUserWithAllGroupsAndNothingElse) {
    const auto key = launched(orderAsOtherUser({}));
    EXPECT_EQ(statusField(key.pid, "Uid"), "65534\t65534\t65534\t65534");
    EXPECT_EQ(statusField(key.pid, "Gid"), "65534\t65534\t65534\t65534");
    EXPECT_EQ(statusField(key.pid, "Groups"), "12 34 65534 ");
    EXPECT_EQ(statusField(key.pid, "CapEff"), "0000000000000000");
    EXPECT_EQ(statusField(key.pid, "CapPrm"), "0000000000000000");
    EXPECT_EQ(statusField(key.pid, "CapAmb"), "0000000000000000");
    // An ordinary, dumpable process: its /proc entries belong to its user.
    EXPECT_TRUE(until([&] {
        struct stat found {};
        return stat(("/proc/" + std::to_string(key.pid) + "/environ").c_str(), &found) == 0 &&
               found.st_uid == otherUser().uid;
    }));
}

TEST_F(DirectLaunchAsRoot, entersTheWorkingDirectoryAsTheUser) {
    const auto place = directory_ / "closed";
    fs::create_directory(place);
    chmod(place.c_str(), 0700);
    auto ordered = orderAsOtherUser({});
    ordered.command.workingDirectory = place;
    EXPECT_THAT(launch(ordered).error().message,
                HasSubstr("cannot enter working directory " + place.string() + ": Permission denied"));
}

TEST_F(DirectLaunchAsRoot, opensOutputInTheUsersPlaceAsTheUser) {
    const auto file = otherUsersDirectory() / "out.log";
    auto ordered = orderAsOtherUser({"-c", "echo hello"});
    ordered.command.path = "/bin/sh";
    ordered.command.output = file;
    ASSERT_TRUE(isReaped(launched(ordered)));
    EXPECT_EQ(test::readText(file), "hello\n");
    struct stat found {};
    ASSERT_EQ(stat(file.c_str(), &found), 0);
    EXPECT_EQ(found.st_uid, otherUser().uid);
    EXPECT_EQ(found.st_gid, otherUser().gid);
}

TEST_F(DirectLaunchAsRoot, doesNotFollowTheUsersLinkIntoAFileOfRoot) {
    const auto target = directory_ / "root-only";
    std::ofstream(target) << "precious\n";
    chmod(target.c_str(), 0600);
    const auto file = otherUsersDirectory() / "out.log";
    fs::create_symlink(target, file);
    auto ordered = orderAsOtherUser({"-c", "echo attacked"});
    ordered.command.path = "/bin/sh";
    ordered.command.output = file;
    EXPECT_THAT(launch(ordered).error().message,
                HasSubstr("cannot open output " + file.string() + ": Permission denied"));
    EXPECT_EQ(test::readText(target), "precious\n");
}

TEST_F(DirectLaunchAsRoot, rootDoesNotWriteWhereOthersCanSwapFiles) {
    auto ordered = order({"wait"});
    ordered.command.output = otherUsersDirectory() / "out.log";
    EXPECT_THAT(launch(ordered).error().message, HasSubstr("can be changed by other users"));
    EXPECT_FALSE(fs::exists(*ordered.command.output));
}

TEST_F(DirectLaunchAsRoot, aFifoAsOutputDelaysNothing) {
    const auto fifo = otherUsersDirectory() / "out.log";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0666), 0);
    auto ordered = orderAsOtherUser({});
    ordered.command.output = fifo;
    EXPECT_THAT(launch(ordered).error().message, HasSubstr("cannot open output"));
}

TEST_F(DirectLaunchAsRoot, resetsALoweredOomScore) {
    const std::string mine = "/proc/self/oom_score_adj";
    std::ofstream(mine) << "-100";
    if (test::readText(mine) != "-100\n") {
        GTEST_SKIP() << "this machine does not let the OOM score be lowered";
    }
    auto direct = makeDirect({});
    direct->launch(orderAsOtherUser({}));
    ASSERT_TRUE(until([&] { return launches_.size() == 1 && launches_[0].outcome.ok(); }));
    EXPECT_EQ(test::readText("/proc/" + std::to_string(core::pidOf(launches_[0].outcome.value())) +
                             "/oom_score_adj"),
              "0\n");
    EXPECT_EQ(test::readText(mine), "-100\n") << "Healer's own score was changed";
    std::ofstream(mine) << "0";
}

/// A child that its own user holds up on the way to the program must not hold up Healer.
TEST_F(DirectLaunchAsRoot, aChildStoppedByItsUserDelaysNothing) {
    constexpr int kTries = 200;
    // Used by no other test, as all of its processes are stopped and killed here.
    constexpr uid_t kAttacker = 61234;
    const auto asAttacker = [](auto what) {
        const pid_t pid = fork();
        if (pid == 0) {
            if (setgid(kAttacker) == 0 && setuid(kAttacker) == 0) {
                what();
            }
            _exit(0);
        }
        return pid;
    };
    const pid_t attacker = asAttacker([] {
        for (;;) {
            kill(-1, SIGSTOP);
        }
    });
    auto longest = core::Duration(0);
    for (int i = 0; i < kTries; ++i) {
        auto ordered = orderAsOtherUser({});
        ordered.name = "victim" + std::to_string(i);
        ordered.command.user = {"attacker", kAttacker, kAttacker, {kAttacker}, "/", "/bin/sh"};
        direct_->launch(ordered);
        const auto before = runtime::Loop::bootTime();
        loop_.runOnce(1ms);
        longest = std::max(longest, runtime::Loop::bootTime() - before);
    }
    kill(attacker, SIGKILL);
    waitpid(attacker, nullptr, 0);
    waitpid(asAttacker([] { kill(-1, SIGKILL); }), nullptr, 0);
    EXPECT_LT(longest, 1s);
}

} // namespace
} // namespace healer::launch::direct
