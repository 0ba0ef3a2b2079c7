// SPDX-License-Identifier: Apache-2.0
#include "service_launch_fixture.hpp"

namespace healer::launch::service {
namespace {

TEST_F(ServiceLaunch, whatSomebodyStopsIsNotStarted) {
    const auto key = launched(order());
    run("stop");
    EXPECT_FALSE(lives(key));
    service_->launch(order({"/bin/sleep", "1000"}, key));
    ASSERT_TRUE(until([&] { return stopped_.size() == 1; }));
    EXPECT_EQ(stopped_[0].name, name_);
    EXPECT_EQ(stopped_[0].detail, "stopped through systemd (systemctl stop " + unit_ + ")");
    EXPECT_EQ(launches_.size(), 1U);
    // An operator starts it again on purpose.
    auto asked = order({"/bin/sleep", "1000"}, key);
    asked.afterFailure = false;
    EXPECT_TRUE(lives(launched(asked)));
}

TEST_F(ServiceLaunch, aPersonWhoAsksOutranksTheOneWhoStopped) {
    const auto key = launched(order());
    run("stop");
    ASSERT_TRUE(until([&] { return stopped_.size() == 1; })) << "the stop is reported when it is made";
    auto asked = order({"/bin/sleep", "1000"}, key);
    asked.afterFailure = false;
    EXPECT_TRUE(lives(launched(asked)));
    EXPECT_EQ(stopped_.size(), 1U);
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
    EXPECT_EQ(property("MainPID"), std::to_string(core::pidOf(launches_[1].outcome.value())));
    EXPECT_EQ(property("NRestarts"), "0");
    // And what happened then is no stop.
    kill(core::pidOf(launches_[1].outcome.value()), SIGKILL);
    EXPECT_TRUE(
        lives(launched(order({"/bin/sleep", "1000"}, core::processOf(launches_[1].outcome.value())))));
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
    service_->stop(stopOrder(key, Stop::orderly));
    ASSERT_TRUE(until([&] { return !lives(key); }));
    EXPECT_TRUE(lives(launched(order({"/bin/sleep", "1000"}, key))));
    EXPECT_TRUE(stopped_.empty());
}

TEST_F(ServiceLaunch, aForcedStopKillsTheWholeUnit) {
    const auto key =
        launched(order({"/bin/sh", "-c", "trap '' TERM; sleep 1000 & while :; do sleep 1; done"}));
    service_->stop(stopOrder(key, Stop::forced));
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
    service_->stop(stopOrder(*key, Stop::orderly));
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
    const auto key = runtime::keyOfPid(daemon).orNone();
    kill(daemon, SIGKILL);
    ordered = order(daemonises, key);
    ordered.mayFork = true;
    launched(ordered);
    EXPECT_TRUE(until([&] { return members().size() == 1 && property("ActiveState") == "active"; }));
}

TEST_F(ServiceLaunch, aReexecutedManagerLosesNothing) {
    auto key = launched(order());
    kill(key.pid, SIGKILL);
    service_->launch(order({"/bin/sleep", "1000"}, key));
    bool done = false;
    std::thread administrator([&] {
        (void)!std::system("systemctl daemon-reexec");
        __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    });
    EXPECT_TRUE(until([&] { return launches_.size() == 2; }));
    EXPECT_TRUE(until([&] { return __atomic_load_n(&done, __ATOMIC_ACQUIRE); }));
    administrator.join();
    ASSERT_TRUE(launches_[1].outcome.ok()) << launches_[1].outcome.error().message;
    key = core::processOf(launches_[1].outcome.value()).value();
    EXPECT_TRUE(until([&] { return property("MainPID") == std::to_string(key.pid); }));
    EXPECT_TRUE(lives(key));
    ASSERT_TRUE(until([&] { return manager_->isConnected(); }));
    kill(key.pid, SIGKILL);
    EXPECT_TRUE(lives(launched(order({"/bin/sleep", "1000"}, key))));
}

} // namespace
} // namespace healer::launch::service
