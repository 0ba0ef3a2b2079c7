// SPDX-License-Identifier: Apache-2.0
#include "launch/unit/unit_start.hpp"

#include "support/fake_manager.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <variant>

namespace healer::launch::unit {
namespace {

using ::testing::HasSubstr;

constexpr const char* kUnit = "nginx.service";

systemd::UnitFacts facts(const std::string& active) {
    systemd::UnitFacts facts;
    facts.id = kUnit;
    facts.load = "loaded";
    facts.active = active;
    facts.result = active == "failed" ? "signal" : "success";
    facts.invocation = "a";
    return facts;
}

class UnitStartTest : public testing::Test {
protected:
    void launch(std::optional<std::uint32_t> restart = std::nullopt) {
        LaunchOrder order;
        order.name = "web";
        order.attempt = 3;
        order.afterFailure = !restart;
        order.unit = kUnit;
        start_.emplace(loop_, manager_, order, restart,
                       [this](Events events) { events_ = std::move(events); });
        start_->start();
    }
    [[nodiscard]] std::string error() const {
        const auto* finished = std::get_if<core::event::LaunchFinished>(&events_.at(0));
        return finished == nullptr || finished->outcome.ok() ? "" : finished->outcome.error().message;
    }
    void endJob(std::uint32_t job, const std::string& result) {
        manager_.jobs().removed({job, kUnit, result});
    }

    runtime::Loop loop_;
    test::FakeManager manager_;
    std::optional<UnitStart> start_;
    Events events_;
};

TEST_F(UnitStartTest, resetsStartsAwaitsTheJobAndReadsTheUnit) {
    launch();
    EXPECT_EQ(manager_.open(), "read nginx.service");
    manager_.answer(facts("failed"));
    EXPECT_EQ(manager_.open(), "reset nginx.service");
    manager_.answer(std::monostate());
    EXPECT_EQ(manager_.open(), "start nginx.service");
    EXPECT_TRUE(start_->jobUnderWay());
    manager_.answer(std::uint32_t{7});
    EXPECT_EQ(manager_.open(), "");
    endJob(6, "done");
    EXPECT_EQ(manager_.open(), "");
    endJob(7, "done");
    EXPECT_FALSE(start_->jobUnderWay());
    EXPECT_EQ(manager_.open(), "read nginx.service");
    manager_.answer(facts("active"));
    ASSERT_EQ(events_.size(), 1U);
    EXPECT_EQ(error(), "");
}

TEST_F(UnitStartTest, aFailedJobIsExplained) {
    launch();
    manager_.answer(facts("inactive"));
    manager_.refuse<std::monostate>(systemd::kNoSuchUnit);
    manager_.answer(std::uint32_t{7});
    endJob(7, "dependency");
    manager_.answer(facts("inactive"));
    EXPECT_THAT(error(), HasSubstr("a unit that it requires could not be started"));
}

TEST_F(UnitStartTest, whatIsLostIsLookedAtAgain) {
    launch();
    manager_.refuse<systemd::UnitFacts>(systemd::kConnectionLost);
    EXPECT_EQ(manager_.open(), "connect");
    manager_.answer(test::FakeManager::Done());
    manager_.answer(facts("inactive"));
    manager_.answer(std::monostate());
    manager_.answer(std::uint32_t{7});
    manager_.jobs().lost();
    EXPECT_EQ(manager_.open(), "connect");
    manager_.answer(test::FakeManager::Done());
    EXPECT_EQ(manager_.open(), "read nginx.service") << "the end of the job may have been missed";
    manager_.answer(facts("active"));
    EXPECT_EQ(error(), "");
}

TEST_F(UnitStartTest, anotherClientsJobIsAwaited) {
    launch();
    auto stopping = facts("deactivating");
    stopping.job = 5;
    manager_.answer(stopping);
    EXPECT_EQ(manager_.open(), "query nginx.service");
    manager_.answer(
        systemd::UnitState{.loaded = true, .description = {}, .active = {}, .job = 5, .jobType = "stop"});
    EXPECT_EQ(manager_.open(), "");
    endJob(5, "done");
    manager_.answer(facts("inactive"));
    ASSERT_EQ(events_.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<core::event::StoppedOnPurpose>(events_[0]));
}

TEST_F(UnitStartTest, anotherClientsStartWhoseProgramEndsAtOnceIsNoStop) {
    launch();
    auto starting = facts("activating");
    starting.job = 5;
    manager_.answer(starting);
    manager_.answer(
        systemd::UnitState{.loaded = true, .description = {}, .active = {}, .job = 5, .jobType = "start"});
    endJob(5, "done"); // of Type=simple
    manager_.answer(facts("failed"));
    EXPECT_TRUE(events_.empty());
    EXPECT_EQ(manager_.open(), "reset nginx.service") << "it is started";
}

TEST_F(UnitStartTest, theJobThatRestartsItIsItsStart) {
    launch(7);
    EXPECT_EQ(manager_.open(), "");
    EXPECT_TRUE(start_->jobUnderWay());
    endJob(7, "done");
    EXPECT_EQ(manager_.open(), "read nginx.service");
    manager_.answer(facts("active"));
    EXPECT_EQ(error(), "");
}

TEST_F(UnitStartTest, aRestartThatFailsIsNotRepeated) {
    endJob(7, "failed"); // it may have ended before the launch
    launch(7);
    manager_.answer(facts("failed"));
    EXPECT_THAT(error(), HasSubstr("systemd did not start unit nginx.service"));
    EXPECT_EQ(manager_.open(), "");
}

TEST_F(UnitStartTest, aStopThatTakesThePlaceOfARestartCounts) {
    launch(7);
    endJob(7, "canceled");
    auto stopping = facts("deactivating");
    stopping.job = 8;
    manager_.answer(stopping);
    manager_.answer(
        systemd::UnitState{.loaded = true, .description = {}, .active = {}, .job = 8, .jobType = "stop"});
    endJob(8, "done");
    manager_.answer(facts("inactive"));
    ASSERT_EQ(events_.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<core::event::StoppedOnPurpose>(events_[0]));
}

TEST_F(UnitStartTest, aStopThatHasTakenThePlaceOfAStartCountsAlsoWhereItIsOverAlready) {
    launch();
    manager_.answer(facts("failed"));
    manager_.answer(std::monostate());
    manager_.answer(std::uint32_t{7});
    endJob(7, "canceled");
    manager_.answer(facts("inactive"));
    ASSERT_EQ(events_.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<core::event::StoppedOnPurpose>(events_[0]));
}

TEST_F(UnitStartTest, isCancelledAtEveryWait) {
    const std::vector<std::function<void()>> steps{
        [this] { manager_.answer(facts("inactive")); },
        [this] { manager_.answer(std::monostate()); },
        [this] { manager_.answer(std::uint32_t{7}); },
        [this] { endJob(7, "done"); },
    };
    for (std::size_t done = 0; done <= steps.size(); ++done) {
        manager_.jobs().lost();
        launch();
        for (std::size_t step = 0; step < done; ++step) {
            steps[step]();
        }
        start_.reset();
        EXPECT_EQ(manager_.open(), "") << done;
        endJob(7, "done");
        EXPECT_TRUE(events_.empty());
    }
}

} // namespace
} // namespace healer::launch::unit
