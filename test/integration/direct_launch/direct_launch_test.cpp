// SPDX-License-Identifier: Apache-2.0
#include "direct_launch_fixture.hpp"

namespace healer::launch::direct {
namespace {

TEST_F(DirectLaunch, makesACleanProcess) {
    const runtime::UniqueFd leaky(open("/dev/null", O_RDONLY)); // without O_CLOEXEC
    const auto before = std::signal(SIGUSR1, SIG_IGN);
    sigset_t block;
    sigemptyset(&block);
    sigaddset(&block, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &block, nullptr);
    const mode_t umaskBefore = umask(0);

    auto ordered = order({"wait"});
    ordered.command.workingDirectory = "/usr";
    const auto key = atWork(ordered);

    umask(umaskBefore);
    pthread_sigmask(SIG_UNBLOCK, &block, nullptr);
    std::signal(SIGUSR1, before);
    const std::string proc = "/proc/" + std::to_string(key.pid);
    EXPECT_EQ(getsid(key.pid), key.pid);
    EXPECT_EQ(getpgid(key.pid), key.pid);
    EXPECT_EQ(statusField(key.pid, "SigBlk"), "0000000000000000");
    EXPECT_EQ(statusField(key.pid, "SigIgn"), "0000000000000000");
    EXPECT_EQ(statusField(key.pid, "Umask"), "0022");
    EXPECT_EQ(fs::read_symlink(proc + "/cwd"), "/usr");
    std::set<std::string> descriptors;
    for (const auto& entry : fs::directory_iterator(proc + "/fd")) {
        descriptors.insert(entry.path().filename().string() + " " + fs::read_symlink(entry.path()).string());
    }
    EXPECT_THAT(descriptors, testing::ElementsAre("0 /dev/null", "1 /dev/null", "2 /dev/null"));
    EXPECT_THAT(test::readText(proc + "/limits"), testing::ContainsRegex("Max open files +321 "));
    EXPECT_EQ(test::readText(proc + "/oom_score_adj"), "0\n");
}

TEST_F(DirectLaunch, givesOnlyTheEnvironmentOfTheUserAndThePlan) {
    setenv("HEALER_SECRET", "secret", 1);
    setenv("LANG", "C.UTF-8", 1);
    setenv("PATH", "/usr/bin:/bin", 1);
    auto ordered = order({"wait"});
    ordered.command.user.home = "/the/home";
    ordered.command.user.shell = "/the/shell";
    ordered.command.environment = {{"COLOUR", "green"}};
    const auto key = atWork(ordered);
    unsetenv("HEALER_SECRET");

    const auto text = test::readText("/proc/" + std::to_string(key.pid) + "/environ");
    std::set<std::string> variables;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, '\0');) {
        variables.insert(part);
    }
    const std::string user = self().name;
    EXPECT_THAT(variables, testing::UnorderedElementsAre("COLOUR=green", "HOME=/the/home", "LANG=C.UTF-8",
                                                         "LOGNAME=" + user, "PATH=/usr/bin:/bin",
                                                         "SHELL=/the/shell", "USER=" + user));
}

TEST_F(DirectLaunch, appendsItsOutput) {
    const auto file = directory_ / "out.log";
    for (const char* word : {"first", "second"}) {
        auto ordered = order({"say", word});
        ordered.command.output = file;
        const auto key = launched(ordered);
        ASSERT_TRUE(isReaped(key));
    }
    EXPECT_EQ(test::readText(file), "first\nsecond\n");
    struct stat found {};
    ASSERT_EQ(stat(file.c_str(), &found), 0);
    EXPECT_EQ(
        found.st_mode & 0777U, 0640U & ~[] {
            const mode_t now = umask(0);
            umask(now);
            return now;
        }());
}

TEST_F(DirectLaunch, saysWhichStepFailed) {
    auto ordered = order({"wait"});
    ordered.command.path = "/usr/bin/no-such-program";
    EXPECT_EQ(launch(ordered).error().message,
              "cannot start /usr/bin/no-such-program: No such file or directory");

    ordered = order({"wait"});
    ordered.command.workingDirectory = "/no/such/place";
    EXPECT_EQ(launch(ordered).error().message,
              std::string("cannot start " HEALER_VICTIM ": cannot enter working directory /no/such/place: "
                          "No such file or directory"));

    ordered = order({"wait"});
    ordered.command.output = directory_ / "none" / "out.log";
    EXPECT_THAT(launch(ordered).error().message, HasSubstr("No such file or directory"));

    ordered = order({"wait"});
    ordered.command.path = "/etc/passwd";
    EXPECT_EQ(launch(ordered).error().message, "cannot start /etc/passwd: Permission denied");
    EXPECT_TRUE(downs_.empty());
    EXPECT_TRUE(until([] {
        return waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
    })) << "a child that could not become the program stays a zombie";
}

TEST_F(DirectLaunch, aProgramThatFailsAtOnceWasStartedAndIsDown) {
    const auto key = launched(order({"exit", "3"}));
    ASSERT_TRUE(until([&] { return !downs_.empty(); }));
    EXPECT_EQ(downs_[0].instance, key);
    EXPECT_EQ(downs_[0].exit.reason, core::ExitReason::exited);
    EXPECT_EQ(downs_[0].exit.code, 3);
    EXPECT_TRUE(isReaped(key));
}

TEST_F(DirectLaunch, reportsASignalAndLetsOthersLookBeforeItReaps) {
    const auto key = launched(order({"wait"}));
    auto pidfd = runtime::openPidfd(key);
    ASSERT_TRUE(pidfd && *pidfd);
    std::vector<core::Exit> seenByOther;
    runtime::Source watch;
    watch = loop_.addIo(pidfd->get(), EPOLLIN, [&](std::uint32_t) {
        seenByOther.push_back(runtime::exitOf(pidfd->get()));
        siginfo_t info{};
        EXPECT_EQ(waitid(P_PIDFD, static_cast<id_t>(pidfd->get()), &info, WEXITED | WNOHANG | WNOWAIT), 0);
        EXPECT_EQ(info.si_pid, key.pid);
        watch.reset();
    });
    ASSERT_TRUE(runtime::sendSignal(pidfd->get(), SIGKILL).ok());
    ASSERT_TRUE(until([&] { return runtime::hasExited(pidfd->get()); }));
    ASSERT_TRUE(until([&] { return !downs_.empty() && !seenByOther.empty(); }));
    EXPECT_EQ(downs_[0].exit.reason, core::ExitReason::signaled);
    EXPECT_EQ(downs_[0].exit.signal, SIGKILL);
    EXPECT_EQ(seenByOther[0], downs_[0].exit);
    EXPECT_TRUE(isReaped(key));
    EXPECT_EQ(downs_.size(), 1U);
}

TEST_F(DirectLaunch, leavesOtherChildrenAlone) {
    const pid_t other = fork();
    if (other == 0) {
        _exit(5);
    }
    const auto key = launched(order({"exit", "0"}));
    ASSERT_TRUE(isReaped(key));
    int status = 0;
    EXPECT_EQ(waitpid(other, &status, 0), other);
    EXPECT_EQ(WEXITSTATUS(status), 5);
}

TEST_F(DirectLaunch, waitsForThePredecessorToBeGone) {
    const auto first = atWork(order({"stubborn"}));
    auto ordered = order({"wait"});
    ordered.predecessor = first;
    direct_->launch(ordered);
    for (int i = 0; i < 20; ++i) {
        loop_.runOnce(5ms);
    }
    EXPECT_EQ(launches_.size(), 1U) << "started beside its predecessor";
    direct_->stop(stopOrder(first, Stop::forced));
    ASSERT_TRUE(until([&] { return launches_.size() == 2; }));
    ASSERT_TRUE(launches_[1].outcome.ok());
    EXPECT_NE(launches_[1].outcome.value(), first);
    EXPECT_EQ(launches_[1].attempt, ordered.attempt);
}

TEST_F(DirectLaunch, aCancelledLaunchStartsNothing) {
    const auto first = launched(order({"wait"}));
    auto ordered = order({"say", "never"});
    ordered.command.output = directory_ / "out.log";
    ordered.predecessor = first;
    direct_->launch(ordered);
    direct_->cancel({"victim", ordered.attempt});
    direct_->stop(stopOrder(first, Stop::forced));
    ASSERT_TRUE(isReaped(first));
    for (int i = 0; i < 20; ++i) {
        loop_.runOnce(5ms);
    }
    EXPECT_EQ(launches_.size(), 1U);
    EXPECT_EQ(test::readText(directory_ / "out.log"), "");
}

TEST_F(DirectLaunch, aCancelOfAnotherAttemptChangesNothing) {
    const auto ordered = order({"wait"});
    direct_->launch(ordered);
    direct_->cancel({"victim", ordered.attempt + 1});
    ASSERT_TRUE(until([&] { return launches_.size() == 1; }));
    EXPECT_TRUE(launches_[0].outcome.ok());
}

TEST_F(DirectLaunch, aLaunchCancelledInFlightLeavesNoZombie) {
    for (int i = 0; i < 20; ++i) {
        direct_->launch(order({"exit", "0"}));
        loop_.runOnce(0ms);
        direct_->cancel({"victim", attempt_});
    }
    direct_->launch(order({"exit", "0"}));
    ASSERT_TRUE(until([&] { return !launches_.empty() && launches_.back().attempt == attempt_; }));
    EXPECT_TRUE(until([&] { return downs_.size() == launches_.size(); })) << "every answer has its end";
    std::set<std::uint64_t> attempts;
    for (const auto& finished : launches_) {
        EXPECT_TRUE(attempts.insert(finished.attempt).second) << "answered twice";
    }
    EXPECT_TRUE(
        until([] { return waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD; }));
}

TEST_F(DirectLaunch, stopsWithTheSignalOfThePlan) {
    const auto key = launched(order({"wait"}));
    direct_->stop(stopOrder(key, Stop::orderly, {SIGUSR1, 1s}));
    ASSERT_TRUE(until([&] { return !downs_.empty(); }));
    EXPECT_EQ(downs_[0].exit.signal, SIGUSR1);
    direct_->stop(stopOrder(key, Stop::orderly));
    loop_.runOnce(10ms);
    EXPECT_TRUE(others_.empty()) << "gone already is success";
}

TEST_F(DirectLaunch, aForcedStopTakesTheProcessGroupAlong) {
    const auto key = launched(order({"family"}));
    const auto members = [&] {
        std::vector<pid_t> found;
        for (const auto& entry : fs::directory_iterator("/proc")) {
            const pid_t pid = std::atoi(entry.path().filename().c_str());
            if (pid > 0 && pid != key.pid && getpgid(pid) == key.pid) {
                found.push_back(pid);
            }
        }
        return found;
    };
    ASSERT_TRUE(until([&] { return !members().empty(); }));
    direct_->stop(stopOrder(key, Stop::forced));
    EXPECT_TRUE(until([&] { return members().empty(); }));
}

TEST_F(DirectLaunch, whatIsLeftOfTheSessionIsEndedBeforeTheSuccessorStarts) {
    for (const auto mode : {core::KillMode::group, core::KillMode::mixed, core::KillMode::process}) {
        const auto key = atWork(order({"family"}));
        const auto left = [&] { return membersOfSession(key).value().size(); };
        ASSERT_TRUE(until([&] { return left() == 2; }));
        ::kill(key.pid, SIGKILL);
        auto next = order({"wait"});
        next.predecessor = key;
        next.stop.mode = mode;
        launched(next);
        EXPECT_EQ(left(), mode == core::KillMode::process ? 1U : 0U);
        const auto members = membersOfSession(key).value();
        for (const auto& member : members) {
            ::kill(member.pid, SIGKILL);
        }
    }
}

TEST_F(DirectLaunch, aStopEndsTheWholeSessionAndIsOverThen) {
    const auto key = atWork(order({"family"}));
    ASSERT_TRUE(until([&] { return membersOfSession(key).value().size() == 2; }));
    direct_->stop(stopOrder(key, Stop::orderly));
    EXPECT_TRUE(until([&] { return underWay_ == std::vector{true, false}; }));
    EXPECT_TRUE(membersOfSession(key).value().empty());
}

TEST_F(DirectLaunch, aStopOfTheProcessAloneLeavesItsChildren) {
    const auto key = atWork(order({"family"}));
    ASSERT_TRUE(until([&] { return membersOfSession(key).value().size() == 2; }));
    core::StopPlan plan;
    plan.mode = core::KillMode::process;
    direct_->stop(stopOrder(key, Stop::orderly, plan));
    EXPECT_TRUE(isReaped(key));
    const auto left = membersOfSession(key).value();
    ASSERT_EQ(left.size(), 1U);
    ::kill(left.front().pid, SIGKILL);
}

TEST_F(DirectLaunch, aDaemonThatNobodyRecognisedIsEndedBeforeTheNextStart) {
    const auto file = directory_ / "daemon";
    auto first = order({"daemon"});
    first.mayFork = true;
    first.command.output = file;
    const auto key = launched(first);
    ASSERT_TRUE(until([&] { return test::readText(file).ends_with("\n") && !downs_.empty(); }));
    const auto daemon = runtime::keyOfPid(std::stoi(test::readText(file)));
    ASSERT_TRUE(daemon && runtime::mayRun(*daemon));
    auto next = order({"wait"});
    next.mayFork = true;
    next.predecessor = key;
    launched(next);
    EXPECT_FALSE(runtime::mayRun(*daemon));
}

TEST_F(DirectLaunch, whatItStartedGoesOnWithoutIt) {
    const auto key = launched(order({"wait"}));
    direct_.reset();
    EXPECT_EQ(runtime::keyOfPid(key.pid), key);
    const auto pidfd = runtime::openPidfd(key);
    ASSERT_TRUE(pidfd && *pidfd);
    EXPECT_FALSE(runtime::hasExited(pidfd.value().get()));
}

/// Also what was only on its way: it is either left alone as the program, or it is gone.
TEST_F(DirectLaunch, whatItIsStartingBecomesTheProgram) {
    for (int i = 0; i < 20; ++i) {
        const auto file = directory_ / ("out" + std::to_string(i));
        auto ordered = order({"say", "here"});
        ordered.command.output = file;
        direct_->launch(ordered);
        direct_.reset();
        EXPECT_TRUE(until([&] { return test::readText(file) == "here\n"; }));
        direct_ = makeDirect(limits_);
    }
    while (waitpid(-1, nullptr, 0) > 0) {
    }
}

TEST_F(DirectLaunch, leavesTheManyDescriptorsOfHealerBehind) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    std::vector<runtime::UniqueFd> many;
    while (many.size() + 100 < std::min<std::size_t>(limit.rlim_cur, 4000)) {
        many.emplace_back(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    }
    // More at once than there are low numbers.
    constexpr std::size_t kCount = 50;
    for (std::size_t i = 0; i < kCount; ++i) {
        auto ordered = order({"wait"});
        ordered.name = "victim" + std::to_string(i);
        ordered.command.output = directory_ / ordered.name;
        direct_->launch(ordered);
    }
    ASSERT_TRUE(until([&] { return launches_.size() == kCount; }));
    for (const auto key : started_) {
        const fs::path descriptors = "/proc/" + std::to_string(key.pid) + "/fd";
        EXPECT_TRUE(until([&] {
            return std::distance(fs::directory_iterator(descriptors), fs::directory_iterator()) == 3;
        }));
    }
    EXPECT_EQ(started_.size(), kCount);
}

TEST_F(DirectLaunch, aForgottenProcessIsReapedInSilence) {
    const auto key = launched(order({"wait"}));
    direct_->forget("victim");
    kill(key.pid, SIGKILL);
    EXPECT_TRUE(isReaped(key));
    EXPECT_TRUE(downs_.empty());
}

TEST_F(DirectLaunch, manyAtOnceAllAnswer) {
    constexpr std::size_t kCount = 100;
    for (std::size_t i = 0; i < kCount; ++i) {
        auto ordered = order({"exit", "0"});
        ordered.name = "victim" + std::to_string(i);
        direct_->launch(ordered);
    }
    ASSERT_TRUE(until([&] { return downs_.size() == kCount; }));
    EXPECT_EQ(launches_.size(), kCount);
    EXPECT_TRUE(
        until([] { return waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD; }));
}

} // namespace
} // namespace healer::launch::direct
