// SPDX-License-Identifier: Apache-2.0
#include "clients.hpp"
#include "fixture.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace healer::test {

namespace {

class BusRequests : public BusFixture {
protected:
    void SetUp() override {
        backend_.add("web", 100);
        backend_.add("db-1", 101);
        startAll();
    }

    void answer(core::Result<pid_t> outcome) {
        ASSERT_TRUE(runUntil([this] { return !backend_.asked.empty(); }));
        backend_.asked.front().answer(std::move(outcome));
        backend_.asked.erase(backend_.asked.begin());
    }
};

TEST_F(BusRequests, ListsAllProcessesByName) {
    const auto list = ask([](sdbus::IConnection& c) { return ManagerClient(c).ListProcesses(); });
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].get<0>(), "db-1");
    EXPECT_EQ(list[0].get<1>(), "running");
    EXPECT_EQ(list[0].get<2>(), "closed");
    EXPECT_EQ(list[0].get<3>(), 101U);
    EXPECT_EQ(list[0].get<4>(), "/org/healer/process/db_2d1");
    EXPECT_EQ(list[1].get<0>(), "web");
}

TEST_F(BusRequests, FindsObjectsByNameAndPid) {
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return ManagerClient(c).GetProcess("web"); }),
              "/org/healer/process/web");
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return ManagerClient(c).GetProcessByPID(101); }),
              "/org/healer/process/db_2d1");
    EXPECT_EQ(
        ask([](sdbus::IConnection& c) { return errorOf([&] { ManagerClient(c).GetProcess("nope"); }); }),
        "org.healer.Error.NoSuchProcess");
    EXPECT_EQ(
        ask([](sdbus::IConnection& c) { return errorOf([&] { ManagerClient(c).GetProcessByPID(1); }); }),
        "org.healer.Error.NoSuchProcess");
}

TEST_F(BusRequests, RestartIsAnsweredWhenTheBackendAnswers) {
    auto pending = client([](sdbus::IConnection& c) { return ManagerClient(c).Restart("web"); });
    ASSERT_TRUE(runUntil([this] { return !backend_.asked.empty(); }));
    EXPECT_EQ(backend_.asked[0].verb, core::event::Verb::restart);
    EXPECT_EQ(backend_.asked[0].name, "web");
    EXPECT_EQ(pending.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    answer(pid_t{4242});
    EXPECT_EQ(finish(std::move(pending)), 4242U);
}

TEST_F(BusRequests, ProcessObjectTakesTheSameVerbs) {
    auto pending =
        client([](sdbus::IConnection& c) { ProcessClient(c, "/org/healer/process/db_2d1").Pause(); });
    ASSERT_TRUE(runUntil([this] { return !backend_.asked.empty(); }));
    EXPECT_EQ(backend_.asked[0].verb, core::event::Verb::pause);
    EXPECT_EQ(backend_.asked[0].name, "db-1");
    answer(pid_t{0});
    finish(std::move(pending));
}

TEST_F(BusRequests, ErrorsHaveTheNamesOfTheContract) {
    const std::map<core::ErrorKind, std::string> names{
        {core::ErrorKind::failed, "org.freedesktop.DBus.Error.Failed"},
        {core::ErrorKind::recoveryFailed, "org.healer.Error.RecoveryFailed"},
        {core::ErrorKind::busy, "org.healer.Error.Busy"},
        {core::ErrorKind::disabled, "org.healer.Error.Disabled"},
        {core::ErrorKind::noSuchProcess, "org.healer.Error.NoSuchProcess"},
        {core::ErrorKind::accessDenied, "org.freedesktop.DBus.Error.AccessDenied"}};
    for (const auto& [kind, name] : names) {
        auto pending =
            client([](sdbus::IConnection& c) { return errorOf([&] { ManagerClient(c).Start("web"); }); });
        answer(core::Error{"no \xff luck", kind});
        EXPECT_EQ(finish(std::move(pending)), name);
    }
    backend_.reloadOutcome = core::Error{"config.yaml:3:1: unknown key", core::ErrorKind::invalidConfig};
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return errorOf([&] { ManagerClient(c).Reload(); }); }),
              "org.healer.Error.InvalidConfig");
}

TEST_F(BusRequests, UnknownProcessIsRefusedBeforeTheBackendIsAsked) {
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return errorOf([&] { ManagerClient(c).Stop("nope"); }); }),
              "org.healer.Error.NoSuchProcess");
    EXPECT_TRUE(backend_.asked.empty());
}

TEST_F(BusRequests, OtherUsersMayReadAndNotChange) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root can be another user";
    }
    auto asNobody = [this](auto work) {
        return std::async(std::launch::async, [address = bus_.address(), work] {
            // The raw call changes this thread only.
            ::syscall(SYS_setresuid, 65534, 65534, 65534);
            const auto connection = sdbus::createSessionBusConnectionWithAddress(address);
            return work(*connection);
        });
    };
    EXPECT_EQ(finish(asNobody([](sdbus::IConnection& c) { return ManagerClient(c).ListProcesses().size(); })),
              2U);
    EXPECT_EQ(finish(asNobody(
                  [](sdbus::IConnection& c) { return errorOf([&] { ManagerClient(c).Restart("web"); }); })),
              "org.freedesktop.DBus.Error.AccessDenied");
    EXPECT_EQ(finish(asNobody([](sdbus::IConnection& c) {
                  return errorOf([&] { ProcessClient(c, "/org/healer/process/web").Stop(); });
              })),
              "org.freedesktop.DBus.Error.AccessDenied");
    EXPECT_EQ(
        finish(asNobody([](sdbus::IConnection& c) { return errorOf([&] { ManagerClient(c).Reload(); }); })),
        "org.freedesktop.DBus.Error.AccessDenied");
    EXPECT_EQ(finish(asNobody([](sdbus::IConnection& c) {
                  return errorOf([&] { LogControlClient(c).LogLevel("debug"); });
              })),
              "org.freedesktop.DBus.Error.AccessDenied");
    EXPECT_EQ(finish(asNobody([](sdbus::IConnection& c) {
                  return errorOf([&] { LogControlClient(c).LogTarget("console"); });
              })),
              "org.freedesktop.DBus.Error.AccessDenied");
    EXPECT_TRUE(backend_.asked.empty());
    EXPECT_EQ(level_, core::LogLevel::info);
}

TEST_F(BusRequests, CallerThatVanishedHarmsNothing) {
    auto pending = client([](sdbus::IConnection& c) {
        ManagerClient manager(c);
        c.setMethodCallTimeout(std::chrono::milliseconds(200));
        return errorOf([&] { manager.Restart("web"); });
    });
    EXPECT_NE(finish(std::move(pending)), "");
    answer(pid_t{77});
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return ManagerClient(c).ListProcesses().size(); }), 2U);
}

TEST_F(BusRequests, AnswerAfterTheBusHasGoneGoesNowhere) {
    auto pending =
        client([](sdbus::IConnection& c) { return errorOf([&] { ManagerClient(c).Restart("web"); }); });
    ASSERT_TRUE(runUntil([this] { return !backend_.asked.empty(); }));
    bus_.stop();
    EXPECT_NE(finish(std::move(pending)), "");
    ASSERT_TRUE(runUntil([this] { return !service_->connected(); }));
    answer(pid_t{77});
    bus_.start();
    ASSERT_TRUE(runUntil([this] { return service_->connected(); }));
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return ManagerClient(c).ListProcesses().size(); }), 2U);
}

TEST_F(BusRequests, ExceptionInTheBackendBecomesAnError) {
    backend_.throwing = true;
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return errorOf([&] { ManagerClient(c).GetHistory("", 1); }); }),
              "org.freedesktop.DBus.Error.Failed");
    EXPECT_TRUE(service_->connected());
}

TEST_F(BusRequests, HistoryIsReadWithALimit) {
    for (std::uint32_t i = 0; i < 3; ++i) {
        backend_.entries.push_back(
            {{"seq", std::uint64_t{3 - i}}, {"process", std::string("web")}, {"pid", i}});
    }
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return ManagerClient(c).GetHistory("web", 2).size(); }), 2U);
    const auto all = ask([](sdbus::IConnection& c) { return ManagerClient(c).GetHistory("", 0); });
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].at("seq").get<std::uint64_t>(), 3U);
    EXPECT_EQ(all[2].at("pid").get<std::uint32_t>(), 2U);
    EXPECT_EQ(
        ask([](sdbus::IConnection& c) { return errorOf([&] { ManagerClient(c).GetHistory("nope", 1); }); }),
        "org.healer.Error.NoSuchProcess");
}

TEST_F(BusRequests, LogLevelIsReadAndSet) {
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return LogControlClient(c).LogLevel(); }), "info");
    EXPECT_EQ(ask([](sdbus::IConnection& c) {
                  LogControlClient control(c);
                  control.LogLevel("debug");
                  return control.LogLevel();
              }),
              "debug");
    EXPECT_EQ(level_, core::LogLevel::debug);
    EXPECT_EQ(
        ask([](sdbus::IConnection& c) { return errorOf([&] { LogControlClient(c).LogLevel("loud"); }); }),
        "org.freedesktop.DBus.Error.InvalidArgs");
    EXPECT_EQ(level_, core::LogLevel::debug);
}

TEST_F(BusRequests, LogTargetIsReadAndSet) {
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return LogControlClient(c).LogTarget(); }), "journal");
    EXPECT_EQ(
        ask([](sdbus::IConnection& c) { return errorOf([&] { LogControlClient(c).LogTarget("kmsg"); }); }),
        "org.freedesktop.DBus.Error.InvalidArgs");
    EXPECT_EQ(ask([](sdbus::IConnection& c) {
                  LogControlClient control(c);
                  control.LogTarget("console");
                  return control.LogTarget();
              }),
              "console");
}

} // namespace

} // namespace healer::test
