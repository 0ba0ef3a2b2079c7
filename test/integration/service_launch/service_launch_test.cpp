// SPDX-License-Identifier: Apache-2.0
// Needs root and systemd as PID 1.
#include "recovery/service/service.hpp"
#include "recovery/service/unit_name.hpp"
#include "runtime/loop.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/systemd_bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace healer::recovery::service {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr auto kPatience = 20s;

class StderrLog final : public runtime::Log {
    void write(const runtime::LogEntry& entry) override {
        std::fprintf(stderr, "%s\n", entry.message.c_str());
    }
};

std::string slurp(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string output(const std::string& command) {
    std::string text;
    FILE* pipe = popen(command.c_str(), "r");
    for (int letter = 0; (letter = std::fgetc(pipe)) != EOF;) {
        text += static_cast<char>(letter);
    }
    pclose(pipe);
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    return text;
}

core::User account(const char* name) {
    const passwd* entry = getpwnam(name);
    return {entry->pw_name, entry->pw_uid, entry->pw_gid, {entry->pw_gid}, entry->pw_dir, entry->pw_shell};
}

class ServiceLaunch : public testing::Test {
protected:
    ServiceLaunch() : name_(freshName()), unit_(unitName(name_)) {
        if (const auto reachable = runtime::SystemdBus::reachable(); !reachable) {
            throw std::runtime_error("this test needs systemd: " + reachable.error().message);
        }
        restartHealer();
    }
    ~ServiceLaunch() override {
        run("stop");
        run("reset-failed");
    }

    static std::string freshName() {
        static int count = 0;
        return "test@" + std::to_string(getpid()) + "-" + std::to_string(++count);
    }

    /// A new Healer, which knows nothing of the one before.
    void restartHealer() {
        service_.reset();
        bus_.emplace(loop_, log_);
        service_ = makeService({loop_, log_, [this](core::Event event) { seen(event); }}, *bus_);
        ASSERT_TRUE(until([&] { return bus_->isConnected(); }));
    }

    void seen(const core::Event& event) {
        if (const auto* finished = std::get_if<core::event::LaunchFinished>(&event)) {
            launches_.push_back(*finished);
        } else if (const auto* down = std::get_if<core::event::Down>(&event)) {
            downs_.push_back(*down);
        } else if (const auto* stopped = std::get_if<core::event::StoppedOnPurpose>(&event)) {
            stopped_.push_back(*stopped);
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

    /// Runs systemctl VERB UNIT to its end while the loop runs, as another process would.
    void run(const std::string& verb) {
        bool done = false;
        std::thread person([&] {
            const std::string command = "systemctl -q " + verb + " '" + unit_ + "' 2>/dev/null";
            (void)!std::system(command.c_str());
            __atomic_store_n(&done, true, __ATOMIC_RELEASE);
        });
        EXPECT_TRUE(until([&] { return __atomic_load_n(&done, __ATOMIC_ACQUIRE); }));
        person.join();
    }

    std::string property(const std::string& key) const {
        return output("systemctl show --value -p " + key + " '" + unit_ + "'");
    }

    /// The processes of the unit's control group.
    std::vector<pid_t> members() const {
        std::istringstream lines(slurp("/sys/fs/cgroup/system.slice/" + unit_ + "/cgroup.procs"));
        return {std::istream_iterator<pid_t>(lines), {}};
    }

    LaunchOrder order(std::vector<std::string> command = {"/bin/sleep", "1000"},
                      std::optional<core::ProcessKey> predecessor = std::nullopt) {
        LaunchOrder order;
        order.name = name_;
        order.attempt = ++attempt_;
        order.afterFailure = true;
        order.predecessor = predecessor;
        order.command = {command.front(), {command.begin() + 1, command.end()}, account("root"), "/", {},
                         std::nullopt};
        return order;
    }

    core::Result<core::ProcessKey> launch(LaunchOrder order) {
        const auto before = launches_.size();
        service_->launch(std::move(order));
        EXPECT_EQ(launches_.size(), before);
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

    static bool lives(core::ProcessKey key) {
        const auto pidfd = runtime::openPidfd(key);
        return pidfd && *pidfd && !runtime::hasExited(pidfd.value().get());
    }

    runtime::Loop loop_;
    StderrLog log_;
    std::optional<runtime::SystemdBus> bus_;
    std::unique_ptr<Service> service_;
    std::vector<core::event::LaunchFinished> launches_;
    std::vector<core::event::Down> downs_;
    std::vector<core::event::StoppedOnPurpose> stopped_;
    std::vector<core::Event> others_;
    std::uint64_t attempt_ = 0;
    std::string name_;
    std::string unit_;
};

TEST_F(ServiceLaunch, startsAUnitOfItsOwn) {
    auto ordered =
        order({"/bin/sh", "-c", "echo \"$0 $1 $COLOUR $HOME $USER\"; exec sleep 1000", "$HOME", "%n"});
    ordered.command.user = account("daemon");
    ordered.command.user.home = "/the/home";
    ordered.command.workingDirectory = "/usr";
    ordered.command.environment = {{"COLOUR", "light green"}};
    ordered.command.output = "/run/" + name_ + ".log";
    ordered.stop = {SIGINT, 7s};
    const auto key = launched(ordered);

    EXPECT_TRUE(isInUnit(key.pid, unit_));
    EXPECT_EQ(property("MainPID"), std::to_string(key.pid));
    EXPECT_EQ(property("User"), "daemon");
    EXPECT_EQ(property("KillSignal"), "2");
    EXPECT_EQ(property("TimeoutStopUSec"), "7s");
    EXPECT_EQ(property("StartLimitIntervalUSec"), "0");
    EXPECT_EQ(property("SyslogIdentifier"), name_);
    EXPECT_EQ(fs::read_symlink("/proc/" + std::to_string(key.pid) + "/cwd"), "/usr");
    EXPECT_THAT(slurp("/proc/" + std::to_string(key.pid) + "/status"), HasSubstr("Uid:\t1\t1\t1\t1"));
    const std::string text = "$HOME %n light green /the/home daemon\n";
    EXPECT_TRUE(until([&] { return slurp(*ordered.command.output) == text; }))
        << slurp(*ordered.command.output);
    fs::remove(*ordered.command.output);
}

TEST_F(ServiceLaunch, healsAKilledOneInTheSameUnit) {
    auto key = launched(order());
    for (int i = 0; i < 10; ++i) {
        kill(key.pid, SIGKILL);
        const auto next = launched(order({"/bin/sleep", "1000"}, key));
        EXPECT_NE(next, key);
        EXPECT_TRUE(lives(next));
        EXPECT_EQ(property("MainPID"), std::to_string(next.pid));
        key = next;
    }
    EXPECT_TRUE(stopped_.empty());
}

TEST_F(ServiceLaunch, healsOneThatExitsWithSuccess) {
    const auto key = launched(order({"/bin/sleep", "0.2"}));
    EXPECT_TRUE(lives(launched(order({"/bin/sleep", "0.2"}, key))));
}

TEST_F(ServiceLaunch, waitsForThePredecessor) {
    const auto key = launched(order());
    service_->launch(order({"/bin/sleep", "1000"}, key));
    const auto until100 = runtime::Loop::now() + 100ms;
    while (runtime::Loop::now() < until100) {
        loop_.runOnce(10ms);
    }
    EXPECT_EQ(launches_.size(), 1U);
    kill(key.pid, SIGKILL);
    ASSERT_TRUE(until([&] { return launches_.size() == 2; }));
    EXPECT_TRUE(launches_[1].outcome.ok());
}

TEST_F(ServiceLaunch, aCancelledLaunchStartsNothing) {
    const auto key = launched(order());
    const auto ordered = order({"/bin/sleep", "1000"}, key);
    service_->launch(ordered);
    service_->cancel(name_, ordered.attempt);
    kill(key.pid, SIGKILL);
    ASSERT_TRUE(until([&] { return property("ActiveState") == "failed"; }));
    EXPECT_EQ(launches_.size(), 1U);
}

TEST_F(ServiceLaunch, changedSettingsMakeTheUnitAnew) {
    const auto key = launched(order());
    kill(key.pid, SIGKILL);
    auto ordered = order({"/bin/sleep", "2000"}, key);
    ordered.stop.signal = SIGINT;
    const auto next = launched(ordered);
    EXPECT_TRUE(lives(next));
    EXPECT_EQ(property("KillSignal"), "2");
}

TEST_F(ServiceLaunch, aRunningUnitOfOtherSettingsIsReplaced) {
    const auto key = launched(order());
    const auto next = launched(order({"/bin/sleep", "2000"}));
    EXPECT_NE(next, key);
    EXPECT_FALSE(lives(key));
    EXPECT_TRUE(lives(next));
}

TEST_F(ServiceLaunch, aRunningUnitOfTheSameSettingsIsTakenOver) {
    const auto key = launched(order());
    restartHealer();
    EXPECT_EQ(launched(order()), key);
}

TEST_F(ServiceLaunch, startsTheSameAfterAReload) {
    const auto arguments = [](core::ProcessKey key) {
        return slurp("/proc/" + std::to_string(key.pid) + "/cmdline");
    };
    const std::vector<std::string> odd{"/bin/sh",    "-c",
                                       "sleep 1000", "$HOME ${HOME} $$",
                                       "a;b",        ";",
                                       "%n %%",      "'single' \"double\" \\back\\slash",
                                       "",           "two\nlines\ttab",
                                       "gr\u00fcn"};
    const std::vector<std::string> even{
        "/bin/sh",         "-c",       "sleep 1000", "%n %%", "'single' \"double\" \\back\\slash", "",
        "two\nlines\ttab", "gr\u00fcn"};
    for (const auto& command : {odd, even}) {
        std::string expected;
        for (const auto& argument : command) {
            expected += argument + '\0';
        }
        auto key = launched(order(command));
        EXPECT_EQ(arguments(key), expected);
        ASSERT_EQ(std::system("systemctl daemon-reload"), 0);
        for (int i = 0; i < 2; ++i) {
            kill(key.pid, SIGKILL);
            key = launched(order(command, key));
            EXPECT_EQ(arguments(key), expected);
        }
    }
}

TEST_F(ServiceLaunch, whatIsLeftOfThePredecessorIsEndedFirst) {
    const auto key = launched(order({"/bin/sh", "-c", "sleep 1000 & exec sleep 2000"}));
    ASSERT_TRUE(until([&] { return members().size() == 2; }));
    const auto old = members();
    kill(key.pid, SIGKILL);
    launched(order({"/bin/sh", "-c", "sleep 1000 & exec sleep 2000"}, key));
    ASSERT_TRUE(until([&] { return members().size() == 2; }));
    EXPECT_THAT(members(), testing::Each(testing::Not(testing::AnyOfArray(old))));
}

TEST_F(ServiceLaunch, saysWhatWasInTheWay) {
    EXPECT_THAT(launch(order({"/no/such/program"})).error().message,
                HasSubstr("the program cannot be executed (203/EXEC)"));
    auto ordered = order();
    ordered.command.workingDirectory = "/no/such/place";
    EXPECT_THAT(launch(ordered).error().message, HasSubstr("cannot enter working directory /no/such/place"));
    ordered = order();
    ordered.command.user = account("daemon");
    ordered.command.user.name = "no-such-user";
    EXPECT_THAT(launch(ordered).error().message, HasSubstr("cannot become user no-such-user (217/USER)"));
    ordered = order();
    ordered.command.output = "/tmp/out.log";
    EXPECT_THAT(launch(ordered).error().message,
                HasSubstr("the directory /tmp can be changed by other users"));
    EXPECT_TRUE(lives(launched(order()))) << "a failed start is in nobody's way";
}

TEST_F(ServiceLaunch, aProgramThatFailsAtOnceIsKnownToBeDown) {
    for (int i = 0; i < 10; ++i) {
        const auto outcome = launch(order({"/bin/false"}));
        if (outcome && downs_.empty()) {
            EXPECT_TRUE(until([&] { return !lives(outcome.value()); }));
        }
        for (const auto& down : downs_) {
            EXPECT_EQ(down.key, outcome.value());
            EXPECT_EQ(down.exit.code, 1);
        }
        downs_.clear();
    }
    EXPECT_TRUE(stopped_.empty());
}

TEST_F(ServiceLaunch, whatSomebodyStopsIsNotStarted) {
    const auto key = launched(order());
    run("stop");
    EXPECT_FALSE(lives(key));
    service_->launch(order({"/bin/sleep", "1000"}, key));
    ASSERT_TRUE(until([&] { return stopped_.size() == 1; }));
    EXPECT_EQ(stopped_[0].name, name_);
    EXPECT_EQ(stopped_[0].detail, "stopped through systemd (systemctl stop " + unit_ + ")");
    EXPECT_EQ(launches_.size(), 1U);
    // A person who starts it again means it.
    auto asked = order({"/bin/sleep", "1000"}, key);
    asked.afterFailure = false;
    EXPECT_TRUE(lives(launched(asked)));
}

TEST_F(ServiceLaunch, aPersonWhoAsksOutranksTheOneWhoStopped) {
    const auto key = launched(order());
    run("stop");
    auto asked = order({"/bin/sleep", "1000"}, key);
    asked.afterFailure = false;
    EXPECT_TRUE(lives(launched(asked)));
    EXPECT_TRUE(stopped_.empty());
}

TEST_F(ServiceLaunch, aStopThatIsUnderWayIsKnownAtTheDeath) {
    for (int i = 0; i < 30; ++i) {
        const auto key = launched(order());
        service_->launch(order({"/bin/sleep", "1000"}, key));
        run("stop --no-block");
        ASSERT_TRUE(until([&] { return stopped_.size() == static_cast<std::size_t>(i) + 1; }))
            << "it was healed";
    }
}

TEST_F(ServiceLaunch, whatSomebodyRestartsIsTakenOver) {
    const auto key = launched(order());
    service_->launch(order({"/bin/sleep", "1000"}, key));
    run("restart");
    ASSERT_TRUE(until([&] { return launches_.size() == 2; }));
    ASSERT_TRUE(launches_[1].outcome.ok());
    EXPECT_EQ(property("MainPID"), std::to_string(launches_[1].outcome.value().pid));
    EXPECT_EQ(property("NRestarts"), "0");
    // And what happened then is no stop.
    kill(launches_[1].outcome.value().pid, SIGKILL);
    EXPECT_TRUE(lives(launched(order({"/bin/sleep", "1000"}, launches_[1].outcome.value()))));
    EXPECT_TRUE(stopped_.empty());
}

TEST_F(ServiceLaunch, aStartOfWhatRunsIsNoStop) {
    const auto key = launched(order());
    run("start");
    ASSERT_TRUE(until([&] { return !loop_.runOnce(20ms); }));
    kill(key.pid, SIGKILL);
    EXPECT_TRUE(lives(launched(order({"/bin/sleep", "1000"}, key))));
    EXPECT_TRUE(stopped_.empty());
}

TEST_F(ServiceLaunch, itsOwnStopIsNoPersonsStop) {
    const auto key = launched(order());
    service_->stop(name_, key, {}, false);
    ASSERT_TRUE(until([&] { return !lives(key); }));
    EXPECT_TRUE(lives(launched(order({"/bin/sleep", "1000"}, key))));
    EXPECT_TRUE(stopped_.empty());
}

TEST_F(ServiceLaunch, aForcedStopKillsTheWholeUnit) {
    const auto key =
        launched(order({"/bin/sh", "-c", "trap '' TERM; sleep 1000 & while :; do sleep 1; done"}));
    service_->stop(name_, key, {}, true);
    EXPECT_TRUE(until([&] { return !lives(key); }));
    EXPECT_TRUE(until([&] { return property("ActiveState") == "failed"; }));
    EXPECT_TRUE(others_.empty());
}

TEST_F(ServiceLaunch, aProcessStartedByHandIsSignalledItself) {
    const pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sleep", "sleep", "1000", nullptr);
        _exit(127);
    }
    const auto key = runtime::keyOfPid(pid);
    ASSERT_TRUE(key);
    service_->stop(name_, *key, {}, false);
    EXPECT_TRUE(until([&] { return !lives(*key); }));
}

TEST_F(ServiceLaunch, aProgramThatPutsItselfIntoTheBackgroundIsKept) {
    const std::vector<std::string> daemonises{"/bin/sh", "-c", "sleep 1000 & exit 0"};
    auto ordered = order(daemonises);
    ordered.mayFork = true;
    launched(ordered);
    ASSERT_TRUE(until([&] { return members().size() == 1 && property("MainPID") == "0"; }));
    EXPECT_EQ(property("ActiveState"), "active");
    // Its daemon dies, and a new one comes up.
    const pid_t daemon = members().front();
    const auto key = runtime::keyOfPid(daemon);
    kill(daemon, SIGKILL);
    ordered = order(daemonises, key);
    ordered.mayFork = true;
    launched(ordered);
    EXPECT_TRUE(until([&] { return members().size() == 1 && property("ActiveState") == "active"; }));
}

TEST_F(ServiceLaunch, findsTheMainProcessForANewHealer) {
    const auto find = [&] {
        std::optional<std::optional<core::ProcessKey>> answer;
        service_->findMainPid(name_, [&](std::optional<core::ProcessKey> key) { answer = key; });
        EXPECT_TRUE(until([&] { return answer.has_value(); }));
        return answer.value_or(std::nullopt);
    };
    EXPECT_EQ(find(), std::nullopt);
    const auto key = launched(order());
    restartHealer();
    EXPECT_EQ(find(), key);
    kill(key.pid, SIGKILL);
    EXPECT_TRUE(until([&] { return find() == std::nullopt; }));
}

TEST_F(ServiceLaunch, aReexecutedManagerLosesNothing) {
    auto key = launched(order());
    kill(key.pid, SIGKILL);
    service_->launch(order({"/bin/sleep", "1000"}, key));
    bool done = false;
    std::thread person([&] {
        (void)!std::system("systemctl daemon-reexec");
        __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    });
    EXPECT_TRUE(until([&] { return launches_.size() == 2; }));
    EXPECT_TRUE(until([&] { return __atomic_load_n(&done, __ATOMIC_ACQUIRE); }));
    person.join();
    ASSERT_TRUE(launches_[1].outcome.ok()) << launches_[1].outcome.error().message;
    key = launches_[1].outcome.value();
    EXPECT_TRUE(until([&] { return property("MainPID") == std::to_string(key.pid); }));
    EXPECT_TRUE(lives(key));
    ASSERT_TRUE(until([&] { return bus_->isConnected(); }));
    kill(key.pid, SIGKILL);
    EXPECT_TRUE(lives(launched(order({"/bin/sleep", "1000"}, key))));
}

} // namespace
} // namespace healer::recovery::service
