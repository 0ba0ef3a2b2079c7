// SPDX-License-Identifier: Apache-2.0
#include "launch/unit/unit_restart.hpp"

#include "support/fake_manager.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <optional>
#include <variant>

namespace healer::launch::unit {
namespace {

using ::testing::HasSubstr;

constexpr const char* kUnit = "db.service";

class UnitRestartTest : public testing::Test {
protected:
    UnitRestartTest() {
        order_.name = "db";
        order_.unit = kUnit;
        order_.forRestart = true;
        order_.instance = core::ProcessKey{kGone, 1};
        facts_.id = kUnit;
        facts_.load = "loaded";
        facts_.active = "active";
        facts_.sub = "running";
        facts_.invocation = "a";
        facts_.mainPid = kGone;
        facts_.execMainPid = kGone;
    }
    void stop() {
        flow_.emplace(loop_, restartUnit(loop_, manager_, order_, [this](std::uint32_t job) { job_ = job; }),
                      std::function<void(Events)>([this](Events events) { events_ = std::move(events); }));
        flow_->start();
    }
    void turns() {
        for (int turn = 0; turn < 10 && !events_; ++turn) {
            (void)loop_.runOnce(std::chrono::milliseconds(20));
        }
    }

    static constexpr pid_t kGone = 4'000'000;
    runtime::Loop loop_;
    test::FakeManager manager_;
    StopOrder order_;
    systemd::UnitFacts facts_;
    std::optional<std::uint32_t> job_;
    std::optional<Events> events_;
    std::optional<runtime::Flow> flow_;
};

TEST_F(UnitRestartTest, isOneJobAndReportsHowTheInstanceEnded) {
    stop();
    manager_.answer(test::FakeManager::Done());
    EXPECT_EQ(manager_.open(), "read db.service");
    manager_.answer(facts_);
    EXPECT_EQ(manager_.open(), "restart db.service");
    manager_.answer(std::uint32_t{7});
    EXPECT_EQ(job_, 7U);
    manager_.report([](systemd::UnitFacts& facts) {
        facts.active = "deactivating";
        facts.execMainCode = CLD_KILLED;
        facts.execMainStatus = SIGTERM;
        return true;
    });
    turns();
    ASSERT_TRUE(events_);
    ASSERT_EQ(events_->size(), 1U);
    const auto* down = std::get_if<core::event::Down>(&events_->front());
    ASSERT_NE(down, nullptr);
    EXPECT_EQ(down->instance, order_.instance);
    EXPECT_EQ(down->exit.signal, SIGTERM);
}

TEST_F(UnitRestartTest, anEndThatSystemdDoesNotReportIsReportedWithoutItsStatus) {
    stop();
    manager_.answer(test::FakeManager::Done());
    manager_.answer(facts_);
    manager_.answer(std::uint32_t{7});
    turns();
    ASSERT_TRUE(events_);
    ASSERT_EQ(events_->size(), 1U);
    EXPECT_EQ(std::get<core::event::Down>(events_->front()).exit.reason, core::ExitReason::vanished);
}

TEST_F(UnitRestartTest, aRunWithoutAMainProcessHasEndedWhenTheJobHas) {
    order_.instance = core::UnitRun{77};
    facts_.mainPid = 0;
    stop();
    manager_.answer(test::FakeManager::Done());
    manager_.answer(facts_);
    manager_.answer(std::uint32_t{7});
    EXPECT_FALSE(events_);
    manager_.jobs().removed({7, kUnit, "done"});
    ASSERT_TRUE(events_);
    EXPECT_EQ(events_->size(), 1U);
}

TEST_F(UnitRestartTest, anOperatorsJobComesFirst) {
    facts_.active = "deactivating";
    facts_.job = 5;
    stop();
    manager_.answer(test::FakeManager::Done());
    manager_.answer(facts_);
    EXPECT_EQ(manager_.open(), "");
    ASSERT_TRUE(events_);
    EXPECT_TRUE(events_->empty());
}

TEST_F(UnitRestartTest, systemdsOwnRestartComesFirst) {
    facts_.active = "activating";
    facts_.sub = "auto-restart";
    stop();
    manager_.answer(test::FakeManager::Done());
    manager_.answer(facts_);
    EXPECT_EQ(manager_.open(), "");
}

TEST_F(UnitRestartTest, whatIsLostIsRepeated) {
    stop();
    manager_.answer(test::FakeManager::Done());
    manager_.answer(facts_);
    manager_.refuse<std::uint32_t>(systemd::kConnectionLost);
    EXPECT_EQ(manager_.open(), "connect");
    manager_.answer(test::FakeManager::Done());
    EXPECT_EQ(manager_.open(), "read db.service") << "it may have been received";
}

TEST_F(UnitRestartTest, aRefusalIsReported) {
    stop();
    manager_.answer(test::FakeManager::Done());
    manager_.answer(facts_);
    manager_.refuse<std::uint32_t>("org.freedesktop.DBus.Error.AccessDenied");
    ASSERT_TRUE(events_);
    ASSERT_EQ(events_->size(), 1U);
    EXPECT_THAT(std::get<core::event::StopFailed>(events_->front()).detail,
                HasSubstr("systemd does not restart unit db.service"));
}

} // namespace
} // namespace healer::launch::unit
