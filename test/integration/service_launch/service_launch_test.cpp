// SPDX-License-Identifier: Apache-2.0
#include "service_launch_fixture.hpp"

namespace healer::launch::service {
namespace {

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

    EXPECT_EQ(systemd::processInUnit(key.pid, unit_), key);
    EXPECT_EQ(property("MainPID"), std::to_string(key.pid));
    EXPECT_EQ(property("User"), "daemon");
    EXPECT_EQ(property("KillSignal"), "2");
    EXPECT_EQ(property("TimeoutStopUSec"), "7s");
    EXPECT_EQ(property("StartLimitIntervalUSec"), "0");
    EXPECT_EQ(property("SyslogIdentifier"), name_);
    EXPECT_EQ(fs::read_symlink("/proc/" + std::to_string(key.pid) + "/cwd"), "/usr");
    EXPECT_THAT(test::readText("/proc/" + std::to_string(key.pid) + "/status"),
                HasSubstr("Uid:\t1\t1\t1\t1"));
    const std::string text = "$HOME %n light green /the/home daemon\n";
    EXPECT_TRUE(until([&] { return test::readText(*ordered.command.output) == text; }))
        << test::readText(*ordered.command.output);
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
    const auto until100 = runtime::Loop::bootTime() + 100ms;
    while (runtime::Loop::bootTime() < until100) {
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
    service_->cancel({name_, ordered.attempt});
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
    // The manager's answer may come before the kernel has put the arguments in their place.
    const auto getsArguments = [this](core::ProcessKey key, const std::string& arguments) {
        return until(
            [&] { return test::readText("/proc/" + std::to_string(key.pid) + "/cmdline") == arguments; });
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
        EXPECT_TRUE(getsArguments(key, expected));
        ASSERT_EQ(std::system("systemctl daemon-reload"), 0);
        for (int i = 0; i < 2; ++i) {
            kill(key.pid, SIGKILL);
            key = launched(order(command, key));
            EXPECT_TRUE(getsArguments(key, expected));
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
    EXPECT_TRUE(lives(launched(order()))) << "a failed start does not prevent the next one";
}

TEST_F(ServiceLaunch, aProgramThatFailsAtOnceIsKnownToBeDown) {
    for (int i = 0; i < 10; ++i) {
        const auto outcome = launch(order({"/bin/false"}));
        if (outcome && downs_.empty()) {
            EXPECT_TRUE(until([&] { return !lives(outcome.value()); }));
        }
        for (const auto& down : downs_) {
            EXPECT_EQ(down.instance, outcome.value());
            EXPECT_EQ(down.exit.code, 1);
        }
        downs_.clear();
    }
    EXPECT_TRUE(stopped_.empty());
}

} // namespace
} // namespace healer::launch::service
