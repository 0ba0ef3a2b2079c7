// SPDX-License-Identifier: Apache-2.0
#include "recovery/direct/direct.hpp"
#include "runtime/loop.hpp"
#include "runtime/pidfd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace healer::recovery::direct {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace fs = std::filesystem;

constexpr auto kPatience = 10s;

class QuietLog final : public runtime::Log {
    void write(const runtime::LogEntry&) override {}
};

std::string slurp(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The value behind "Key:" in a /proc/PID/status.
std::string statusField(pid_t pid, const std::string& key) {
    std::istringstream lines(slurp("/proc/" + std::to_string(pid) + "/status"));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(key + ":")) {
            return line.substr(line.find_first_not_of(" \t", key.size() + 1));
        }
    }
    return {};
}

core::User self() {
    const passwd* entry = getpwuid(geteuid());
    core::User user{entry->pw_name, geteuid(), getegid(), {}, entry->pw_dir, entry->pw_shell};
    user.groups = {user.gid};
    return user;
}

/// An ordinary account with a supplementary group that is not its own.
core::User stranger() {
    return {"nobody", 65534, 65534, {65534, 12, 34}, "/nonexistent", "/usr/sbin/nologin"};
}

class DirectLaunch : public testing::Test {
protected:
    DirectLaunch()
        : direct_(makeDirect({loop_, log_, [this](core::Event event) { seen(event); }}, {limits_})) {
        std::string pattern = "/run/healer-direct-XXXXXX";
        if (geteuid() != 0) {
            pattern = "/tmp/healer-direct-XXXXXX";
        }
        directory_ = mkdtemp(pattern.data());
    }
    ~DirectLaunch() override {
        for (const auto key : started_) {
            const auto pidfd = runtime::openPidfd(key);
            if (pidfd && *pidfd) {
                (void)runtime::sendSignal(pidfd.value().get(), SIGKILL);
                waitid(P_PIDFD, static_cast<id_t>(pidfd.value().get()), nullptr, WEXITED);
            }
        }
        fs::remove_all(directory_);
    }

    static std::vector<Limit> limitsToGive() {
        auto limits = currentLimits();
        for (auto& limit : limits) {
            if (limit.resource == RLIMIT_NOFILE) {
                limit.value.rlim_cur = 321;
            }
        }
        return limits;
    }

    void seen(const core::Event& event) {
        if (const auto* finished = std::get_if<core::event::LaunchFinished>(&event)) {
            launches_.push_back(*finished);
            if (finished->outcome) {
                started_.push_back(*finished->outcome);
            }
        } else if (const auto* down = std::get_if<core::event::Down>(&event)) {
            downs_.push_back(*down);
        } else {
            others_.push_back(event);
        }
    }

    template <typename Condition>
    bool until(Condition condition) {
        const auto deadline = runtime::Loop::now() + kPatience;
        while (!condition()) {
            if (runtime::Loop::now() > deadline) {
                return false;
            }
            loop_.runOnce(10ms);
        }
        return true;
    }

    LaunchOrder order(std::vector<std::string> args) {
        LaunchOrder order;
        order.name = "victim";
        order.attempt = ++attempt_;
        order.command = {HEALER_VICTIM, std::move(args), self(), "/", {}, std::nullopt};
        return order;
    }

    /// Launches and answers the outcome.
    core::Result<core::ProcessKey> launch(LaunchOrder order) {
        const auto before = launches_.size();
        direct_->launch(std::move(order));
        EXPECT_EQ(launches_.size(), before) << "reported from within launch()";
        if (!until([&] { return launches_.size() > before; })) {
            return core::Error{"no answer"};
        }
        EXPECT_EQ(launches_.back().attempt, attempt_);
        return launches_.back().outcome;
    }

    core::ProcessKey launched(LaunchOrder order) {
        const auto outcome = launch(std::move(order));
        EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().message);
        return outcome.ok() ? outcome.value() : core::ProcessKey{};
    }

    bool isReaped(core::ProcessKey key) {
        return until([&] { return runtime::keyOfPid(key.pid) != key; });
    }

    runtime::Loop loop_;
    QuietLog log_;
    std::vector<Limit> limits_ = limitsToGive();
    std::vector<core::event::LaunchFinished> launches_;
    std::vector<core::event::Down> downs_;
    std::vector<core::Event> others_;
    std::vector<core::ProcessKey> started_;
    std::uint64_t attempt_ = 0;
    fs::path directory_;
    std::unique_ptr<Recovery> direct_;
};

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
    const auto key = launched(ordered);

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
    EXPECT_THAT(slurp(proc + "/limits"), testing::ContainsRegex("Max open files +321 "));
    EXPECT_EQ(slurp(proc + "/oom_score_adj"), "0\n");
}

TEST_F(DirectLaunch, givesOnlyTheEnvironmentOfTheUserAndThePlan) {
    setenv("HEALER_SECRET", "secret", 1);
    setenv("LANG", "C.UTF-8", 1);
    setenv("PATH", "/usr/bin:/bin", 1);
    auto ordered = order({"wait"});
    ordered.command.user.home = "/the/home";
    ordered.command.user.shell = "/the/shell";
    ordered.command.environment = {{"COLOUR", "green"}};
    const auto key = launched(ordered);
    unsetenv("HEALER_SECRET");

    const auto text = slurp("/proc/" + std::to_string(key.pid) + "/environ");
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
    EXPECT_EQ(slurp(file), "first\nsecond\n");
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
    EXPECT_EQ(downs_[0].key, key);
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
    const auto first = launched(order({"stubborn"}));
    auto ordered = order({"wait"});
    ordered.predecessor = first;
    direct_->launch(ordered);
    for (int i = 0; i < 20; ++i) {
        loop_.runOnce(5ms);
    }
    EXPECT_EQ(launches_.size(), 1U) << "started beside its predecessor";
    direct_->stop("victim", first, {}, true);
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
    direct_->cancel("victim", ordered.attempt);
    direct_->stop("victim", first, {}, true);
    ASSERT_TRUE(isReaped(first));
    for (int i = 0; i < 20; ++i) {
        loop_.runOnce(5ms);
    }
    EXPECT_EQ(launches_.size(), 1U);
    EXPECT_EQ(slurp(directory_ / "out.log"), "");
}

TEST_F(DirectLaunch, aCancelOfAnotherAttemptChangesNothing) {
    const auto ordered = order({"wait"});
    direct_->launch(ordered);
    direct_->cancel("victim", ordered.attempt + 1);
    ASSERT_TRUE(until([&] { return launches_.size() == 1; }));
    EXPECT_TRUE(launches_[0].outcome.ok());
}

TEST_F(DirectLaunch, aLaunchCancelledInFlightLeavesNoZombie) {
    for (int i = 0; i < 20; ++i) {
        direct_->launch(order({"exit", "0"}));
        loop_.runOnce(0ms);
        direct_->cancel("victim", attempt_);
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
    direct_->stop("victim", key, {SIGUSR1, 1s}, false);
    ASSERT_TRUE(until([&] { return !downs_.empty(); }));
    EXPECT_EQ(downs_[0].exit.signal, SIGUSR1);
    direct_->stop("victim", key, {}, false);
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
    direct_->stop("victim", key, {}, true);
    EXPECT_TRUE(until([&] { return members().empty(); }));
}

TEST_F(DirectLaunch, whatItStartedGoesOnWithoutIt) {
    const auto key = launched(order({"wait"}));
    direct_.reset();
    EXPECT_EQ(runtime::keyOfPid(key.pid), key);
    const auto pidfd = runtime::openPidfd(key);
    ASSERT_TRUE(pidfd && *pidfd);
    EXPECT_FALSE(runtime::hasExited(pidfd.value().get()));
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

class DirectLaunchAsRoot : public DirectLaunch {
protected:
    void SetUp() override {
        if (geteuid() != 0) {
            GTEST_SKIP() << "only root can change the user";
        }
        chmod(directory_.c_str(), 0755);
    }

    /// A directory that belongs to the stranger.
    fs::path strangersPlace() {
        const auto place = directory_ / "home";
        fs::create_directory(place);
        EXPECT_EQ(chown(place.c_str(), stranger().uid, stranger().gid), 0);
        return place;
    }

    LaunchOrder orderAsStranger(std::vector<std::string> args) {
        auto ordered = order(std::move(args));
        ordered.command.path = "/bin/sleep";
        if (ordered.command.args.empty()) {
            ordered.command.args = {"1000"};
        }
        ordered.command.user = stranger();
        return ordered;
    }
};

TEST_F(DirectLaunchAsRoot, becomesTheUserWithAllGroupsAndNothingElse) {
    const auto key = launched(orderAsStranger({}));
    EXPECT_EQ(statusField(key.pid, "Uid"), "65534\t65534\t65534\t65534");
    EXPECT_EQ(statusField(key.pid, "Gid"), "65534\t65534\t65534\t65534");
    EXPECT_EQ(statusField(key.pid, "Groups"), "12 34 65534 ");
    EXPECT_EQ(statusField(key.pid, "CapEff"), "0000000000000000");
    EXPECT_EQ(statusField(key.pid, "CapPrm"), "0000000000000000");
    EXPECT_EQ(statusField(key.pid, "CapAmb"), "0000000000000000");
    // An ordinary, dumpable process: its /proc entries belong to its user.
    struct stat found {};
    ASSERT_EQ(stat(("/proc/" + std::to_string(key.pid) + "/environ").c_str(), &found), 0);
    EXPECT_EQ(found.st_uid, stranger().uid);
}

TEST_F(DirectLaunchAsRoot, entersTheWorkingDirectoryAsTheUser) {
    const auto place = directory_ / "closed";
    fs::create_directory(place);
    chmod(place.c_str(), 0700);
    auto ordered = orderAsStranger({});
    ordered.command.workingDirectory = place;
    EXPECT_THAT(launch(ordered).error().message,
                HasSubstr("cannot enter working directory " + place.string() + ": Permission denied"));
}

TEST_F(DirectLaunchAsRoot, opensOutputInTheUsersPlaceAsTheUser) {
    const auto file = strangersPlace() / "out.log";
    auto ordered = orderAsStranger({"-c", "echo hello"});
    ordered.command.path = "/bin/sh";
    ordered.command.output = file;
    ASSERT_TRUE(isReaped(launched(ordered)));
    EXPECT_EQ(slurp(file), "hello\n");
    struct stat found {};
    ASSERT_EQ(stat(file.c_str(), &found), 0);
    EXPECT_EQ(found.st_uid, stranger().uid);
    EXPECT_EQ(found.st_gid, stranger().gid);
}

TEST_F(DirectLaunchAsRoot, doesNotFollowTheUsersLinkIntoAFileOfRoot) {
    const auto target = directory_ / "root-only";
    std::ofstream(target) << "precious\n";
    chmod(target.c_str(), 0600);
    const auto file = strangersPlace() / "out.log";
    fs::create_symlink(target, file);
    auto ordered = orderAsStranger({"-c", "echo attacked"});
    ordered.command.path = "/bin/sh";
    ordered.command.output = file;
    EXPECT_THAT(launch(ordered).error().message,
                HasSubstr("cannot open output " + file.string() + ": Permission denied"));
    EXPECT_EQ(slurp(target), "precious\n");
}

TEST_F(DirectLaunchAsRoot, rootDoesNotWriteWhereOthersCanSwapFiles) {
    auto ordered = order({"wait"});
    ordered.command.output = strangersPlace() / "out.log";
    EXPECT_THAT(launch(ordered).error().message, HasSubstr("can be changed by other users"));
    EXPECT_FALSE(fs::exists(*ordered.command.output));
}

TEST_F(DirectLaunchAsRoot, aFifoAsOutputDelaysNobody) {
    const auto fifo = strangersPlace() / "out.log";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0666), 0);
    auto ordered = orderAsStranger({});
    ordered.command.output = fifo;
    EXPECT_THAT(launch(ordered).error().message, HasSubstr("cannot open output"));
}

TEST_F(DirectLaunchAsRoot, resetsALoweredOomScore) {
    const std::string mine = "/proc/self/oom_score_adj";
    std::ofstream(mine) << "-100";
    if (slurp(mine) != "-100\n") {
        GTEST_SKIP() << "this machine does not let the OOM score be lowered";
    }
    auto direct = makeDirect({loop_, log_, [this](core::Event event) { seen(event); }}, {});
    direct->launch(orderAsStranger({}));
    ASSERT_TRUE(until([&] { return launches_.size() == 1 && launches_[0].outcome.ok(); }));
    EXPECT_EQ(slurp("/proc/" + std::to_string(launches_[0].outcome.value().pid) + "/oom_score_adj"), "0\n");
    EXPECT_EQ(slurp(mine), "-100\n") << "Healer's own score was changed";
    std::ofstream(mine) << "0";
}

/// A child that its own user holds up on the way to the program must not hold up Healer.
TEST_F(DirectLaunchAsRoot, aChildHeldUpByItsUserDelaysNobody) {
    constexpr int kTries = 200;
    // Nobody else's, as its processes are all stopped and killed here.
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
        auto ordered = orderAsStranger({});
        ordered.name = "victim" + std::to_string(i);
        ordered.command.user = {"attacker", kAttacker, kAttacker, {kAttacker}, "/", "/bin/sh"};
        direct_->launch(ordered);
        const auto before = runtime::Loop::now();
        loop_.runOnce(1ms);
        longest = std::max(longest, runtime::Loop::now() - before);
    }
    kill(attacker, SIGKILL);
    waitpid(attacker, nullptr, 0);
    waitpid(asAttacker([] { kill(-1, SIGKILL); }), nullptr, 0);
    EXPECT_LT(longest, 1s);
}

} // namespace
} // namespace healer::recovery::direct
