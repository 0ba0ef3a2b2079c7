// SPDX-License-Identifier: Apache-2.0
#include "clients.hpp"
#include "fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace healer::test {

namespace {

using ::testing::ElementsAre;

class BusPublishing : public BusFixture {
protected:
    void SetUp() override {
        backend_.add("web", 100);
        startAll();
    }

    /// A client that listens to `web` until `count` PropertiesChanged have come; ready_ says that it listens.
    auto listen(std::size_t count) {
        return client([this, count](sdbus::IConnection& c) {
            ProcessClient process(c, "/org/healer/process/web");
            ready_ = true;
            pumpUntil(c, [&] { return process.changes.size() >= count; });
            return process.changes;
        });
    }
    auto listenToManager(std::size_t count) {
        return client([this, count](sdbus::IConnection& c) {
            ManagerClient manager(c);
            ready_ = true;
            pumpUntil(c, [&] { return manager.events.size() >= count; });
            return std::make_pair(manager.events, manager.seqs);
        });
    }
    void waitForListener() {
        ASSERT_TRUE(runUntil([this] { return ready_.load(); }));
    }

    std::atomic<bool> ready_ = false;
};

core::Exit killed() {
    core::Exit exit;
    exit.reason = core::ExitReason::signaled;
    exit.signal = 9;
    return exit;
}

std::vector<std::string> keys(const std::map<dbus::PropertyName, sdbus::Variant>& properties) {
    std::vector<std::string> names;
    for (const auto& [name, value] : properties) {
        names.push_back(name);
    }
    return names;
}

TEST_F(BusPublishing, OnlyWhatChangedIsSentAndOnceForManyReports) {
    auto listening = listen(1);
    waitForListener();
    backend_.views["web"].state = core::State::down;
    service_->processChanged("web");
    backend_.views["web"].state = core::State::tripped;
    backend_.views["web"].breaker = core::BreakerState::open;
    backend_.views["web"].breakerRetryAt = core::Moment(core::TimePoint(std::chrono::seconds(5)),
                                                        core::WallTime(std::chrono::seconds(1'700'000'005)));
    service_->processChanged("web");
    service_->processChanged("web");
    const auto changes = finish(std::move(listening));
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_THAT(keys(changes[0]), ElementsAre("BreakerRetryUSec", "BreakerState", "State"));
    EXPECT_EQ(changes[0].at(dbus::PropertyName("State")).get<std::string>(), "tripped");
    EXPECT_EQ(changes[0].at(dbus::PropertyName("BreakerRetryUSec")).get<std::uint64_t>(),
              1'700'000'005'000'000U);
}

TEST_F(BusPublishing, RestartWithinOneIterationShowsTheNewPid) {
    auto listening = listen(1);
    waitForListener();
    backend_.views["web"].instance.reset();
    service_->processChanged("web");
    backend_.views["web"].instance = core::ProcessKey{200, 2};
    backend_.views["web"].restartCount = 1;
    backend_.views["web"].lastExit = core::LastExit();
    auto& last = *backend_.views["web"].lastExit;
    last.exit = killed();
    last.exit.sender = {9, 77, 1000, "na\xffme"};
    last.pid = 100;
    service_->processChanged("web");
    const auto changes = finish(std::move(listening));
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_THAT(keys(changes[0]), ElementsAre("LastExit", "PID", "RestartCount"));
    EXPECT_EQ(changes[0].at(dbus::PropertyName("PID")).get<std::uint32_t>(), 200U);
    const auto exit =
        changes[0].at(dbus::PropertyName("LastExit")).get<std::map<std::string, sdbus::Variant>>();
    EXPECT_EQ(exit.at("reason").get<std::string>(), "signaled");
    EXPECT_EQ(exit.at("signal").get<std::int32_t>(), 9);
    EXPECT_EQ(exit.at("pid").get<std::uint32_t>(), 100U);
    EXPECT_EQ(exit.count("code"), 0U);
    EXPECT_EQ(exit.at("sender_signal").get<std::int32_t>(), 9);
    EXPECT_EQ(exit.at("sender_pid").get<std::uint32_t>(), 77U);
    EXPECT_EQ(exit.at("sender_uid").get<std::uint32_t>(), 1000U);
    EXPECT_EQ(exit.at("sender_comm").get<std::string>(), "na\xef\xbf\xbdme");
}

/// A value as text, so that two can be compared.
std::string textOf(const sdbus::Variant& value) {
    const std::string type = value.peekValueType();
    if (type == "s") {
        return value.get<std::string>();
    }
    if (type == "b") {
        return value.get<bool>() ? "true" : "false";
    }
    if (type == "i") {
        return std::to_string(value.get<std::int32_t>());
    }
    if (type == "u") {
        return std::to_string(value.get<std::uint32_t>());
    }
    if (type == "t") {
        return std::to_string(value.get<std::uint64_t>());
    }
    std::string text = type;
    if (type == "a{sv}") {
        for (const auto& [key, part] : value.get<std::map<std::string, sdbus::Variant>>()) {
            text += " " + key + "=" + textOf(part);
        }
    }
    return text;
}

std::map<std::string, std::string> allProperties(sdbus::IConnection& connection) {
    std::map<std::string, sdbus::Variant> values;
    sdbus::createProxy(connection, serviceName(), sdbus::ObjectPath("/org/healer/process/web"))
        ->callMethod("GetAll")
        .onInterface("org.freedesktop.DBus.Properties")
        .withArguments(std::string("org.healer.Process"))
        .storeResultsTo(values);
    std::map<std::string, std::string> texts;
    for (const auto& [name, value] : values) {
        texts[name] = textOf(value);
    }
    return texts;
}

/// A client that keeps what it has seen is never out of date: instants do not move between two reads.
TEST_F(BusPublishing, WhatWasSentIsWhatIsRead) {
    auto listening = listen(1);
    waitForListener();
    core::ProcessView& web = backend_.views["web"];
    web.instance = core::ProcessKey{200, 2};
    web.activeSince = core::TimePoint(std::chrono::microseconds(1'234'567));
    web.breakerRetryAt = core::TimePoint(std::chrono::microseconds(7'654'321));
    web.degraded = true;
    web.lastExit = core::LastExit();
    auto& last = *web.lastExit;
    last.exit = killed();
    last.exit.sender = {9, 77, 1000, "kill"};
    last.at = core::TimePoint(std::chrono::microseconds(1'111'111));
    last.runtime = std::chrono::seconds(7);
    service_->processChanged("web");
    const auto changes = finish(std::move(listening));
    const auto first = ask([](sdbus::IConnection& c) { return allProperties(c); });
    const auto second = ask([](sdbus::IConnection& c) { return allProperties(c); });
    EXPECT_EQ(first, second);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_THAT(keys(changes[0]),
                ElementsAre("ActiveSinceUSec", "BreakerRetryUSec", "Degraded", "LastExit", "PID"));
    for (const auto& [name, value] : changes[0]) {
        EXPECT_EQ(textOf(value), first.at(name)) << name;
    }
}

TEST_F(BusPublishing, ReloadMakesObjectsComeAndGo) {
    auto listening = listenToManager(2);
    waitForListener();
    backend_.add("a.b", 7);
    backend_.remove("web");
    service_->processesChanged({"a.b"}, {"web"});
    const auto [events, seqs] = finish(std::move(listening));
    EXPECT_THAT(events, ElementsAre("removed /org/healer/process/web", "added /org/healer/process/a_2eb 1"));
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return ProcessClient(c, "/org/healer/process/a_2eb").PID(); }),
              7U);
    EXPECT_NE(ask([](sdbus::IConnection& c) {
                  return errorOf([&] { ProcessClient(c, "/org/healer/process/web").PID(); });
              }),
              "");
}

TEST_F(BusPublishing, SignalsAreNumberedWithoutGaps) {
    auto listening = listenToManager(6);
    waitForListener();
    service_->announce(
        {"web", 1, core::notice::ProcessDown{.pid = 100, .exit = killed(), .reason = "killed"}});
    service_->announce({"web", 0, core::notice::Disconnected{"http://x", "refused"}});
    service_->announce({"web", 0, core::notice::RecoveryStarted{.attempt = 1}});
    service_->announce({"web", 0,
                        core::notice::RecoveryFinished{
                            .ok = true, .pid = 200, .error = "", .took = std::chrono::milliseconds(2)}});
    core::notice::BreakerChanged breaker;
    breaker.to = core::BreakerState::open;
    EXPECT_EQ(service_->announce({"web", 0, core::notice::Adopted{1}}), 0U) << "has no signal";
    service_->announce({"web", 0, breaker});
    EXPECT_EQ(service_->announce(core::notice::Reloaded{.added = {"x"}, .changed = {}, .removed = {"y"}}),
              6U);
    const auto [events, seqs] = finish(std::move(listening));
    EXPECT_THAT(events, ElementsAre("down web 100 killed signaled", "disconnected web http://x refused",
                                    "started web 1", "finished web ok 200  2000", "breaker web closed open",
                                    "reloaded 1 0 1"));
    EXPECT_THAT(seqs, ElementsAre(1U, 2U, 3U, 4U, 5U, 6U));
}

TEST_F(BusPublishing, CountsFollowTheProcesses) {
    backend_.views["web"].state = core::State::tripped;
    service_->processChanged("web");
    const auto counts = ask([](sdbus::IConnection& c) {
        ManagerClient manager(c);
        return std::make_tuple(manager.ProcessCount(), manager.DownCount(), manager.TrippedCount());
    });
    EXPECT_EQ(counts, std::make_tuple(1U, 1U, 1U));
}

TEST_F(BusPublishing, BytesThatAreNoUtf8DoNotEndTheConnection) {
    backend_.views["web"].stateReason = "bad \xff\xfe bytes";
    backend_.plans["web"].command.args = {"\xc3", std::string("a\0b", 3)};
    service_->processChanged("web");
    core::Exit exit = killed();
    exit.detail = "\xed\xa0\x80";
    service_->announce({"web", 0, core::notice::ProcessDown{.pid = 1, .exit = exit, .reason = "\x80"}});
    const auto read = ask([](sdbus::IConnection& c) {
        ProcessClient process(c, "/org/healer/process/web");
        return std::make_pair(process.StateReason(), process.Command());
    });
    EXPECT_EQ(read.first, "bad \uFFFD\uFFFD bytes");
    EXPECT_THAT(read.second, ElementsAre("/usr/bin/web", "\uFFFD", "a\uFFFDb"));
    EXPECT_TRUE(service_->connected());
    EXPECT_EQ(acquired_, 1);
}

} // namespace

} // namespace healer::test
