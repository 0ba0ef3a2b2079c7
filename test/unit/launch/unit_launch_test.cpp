// SPDX-License-Identifier: Apache-2.0
#include "launch/service/unit_launch.hpp"

#include "support/fake_manager.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <variant>

namespace healer::launch::service {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* kUnit = "healer-web.service";

class NoLog final : public runtime::Log {
    void write(const runtime::LogEntry& /*entry*/) override {}
};

class UnitLaunchTest : public testing::Test {
protected:
    void launch() {
        LaunchOrder order;
        order.name = "web";
        order.attempt = 3;
        order.afterFailure = true;
        order.command.path = "/bin/true";
        order.command.workingDirectory = "/";
        launch_.emplace(UnitLaunchContext{loop_, log_, manager_, forkSupport_, environments_}, order,
                        std::nullopt, [this](Events events) { events_ = std::move(events); });
        launch_->start();
        turn(); // the wait for a predecessor, which there is none of
    }
    void turn() { loop_.runOnce(100ms); }
    void endJob(std::uint32_t job, const std::string& result) {
        manager_.jobs().removed({job, kUnit, result});
    }
    [[nodiscard]] std::string error() const {
        const auto* finished = std::get_if<core::event::LaunchFinished>(&events_.at(0));
        return finished == nullptr || finished->outcome.ok() ? "" : finished->outcome.error().message;
    }
    static systemd::UnitFacts ended(int code, int status) {
        systemd::UnitFacts facts;
        facts.execMainPid = 10;
        facts.execMainCode = code;
        facts.execMainStatus = status;
        facts.result = "exit-code";
        return facts;
    }

    runtime::Loop loop_;
    NoLog log_;
    test::FakeManager manager_;
    systemd::ForkSupport forkSupport_ = systemd::ForkSupport::exitType;
    systemd::EnvironmentStore environments_{"/nonexistent/healer"};
    std::optional<UnitLaunch> launch_;
    Events events_;
};

TEST_F(UnitLaunchTest, looksStartsAwaitsTheJobAndReadsTheMainProcess) {
    launch();
    EXPECT_EQ(manager_.open(), "query healer-web.service");
    EXPECT_FALSE(launch_->underWay());
    manager_.answer(systemd::UnitState{});
    EXPECT_EQ(manager_.open(), "new healer-web.service");
    EXPECT_TRUE(launch_->underWay());
    manager_.answer(std::uint32_t{7});
    endJob(7, "done");
    EXPECT_EQ(manager_.open(), "main healer-web.service");
    manager_.answer(pid_t{0});
    EXPECT_EQ(manager_.open(), "read healer-web.service") << "it has ended already";
    manager_.answer(ended(CLD_EXITED, 3));
    ASSERT_EQ(events_.size(), 2U);
    EXPECT_EQ(std::get<core::event::LaunchFinished>(events_[0]).outcome.value(),
              core::Instance(core::EndedProcess{10}));
    EXPECT_EQ(std::get<core::event::Down>(events_[1]).exit.code, 3);
    EXPECT_THAT(launch_->madeAs(), HasSubstr("web, started by Healer"));
}

TEST_F(UnitLaunchTest, aFailedStartIsExplained) {
    launch();
    manager_.answer(systemd::UnitState{});
    manager_.answer(std::uint32_t{7});
    endJob(7, "failed");
    manager_.answer(ended(CLD_EXITED, 203));
    EXPECT_THAT(error(), HasSubstr("cannot be executed (203/EXEC)"));
}

TEST_F(UnitLaunchTest, aUnitThatIsStillLoadedIsAskedForAgainAfterAPause) {
    launch();
    manager_.answer(systemd::UnitState{});
    manager_.refuse<std::uint32_t>("org.freedesktop.systemd1.UnitExists");
    EXPECT_EQ(manager_.open(), "");
    while (manager_.open().empty()) {
        turn();
    }
    EXPECT_EQ(manager_.open(), "query healer-web.service");
}

TEST_F(UnitLaunchTest, aRefusalIsReported) {
    launch();
    manager_.answer(systemd::UnitState{});
    manager_.refuse<std::uint32_t>("org.freedesktop.systemd1.Other");
    EXPECT_THAT(error(), HasSubstr("cannot start /bin/true as healer-web.service: it was refused"));
}

TEST_F(UnitLaunchTest, aStopByAnotherClientIsRespected) {
    launch();
    manager_.jobs().appeared({5, kUnit});
    manager_.answer(systemd::UnitState{});
    ASSERT_EQ(events_.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<core::event::StoppedOnPurpose>(events_[0]));
    EXPECT_FALSE(manager_.jobs().foreign(kUnit)) << "it has been reported";
}

TEST_F(UnitLaunchTest, aWithdrawnStartIsAnsweredOnlyWhenItSucceeds) {
    launch();
    manager_.answer(systemd::UnitState{});
    manager_.answer(std::uint32_t{7});
    launch_->withdraw();
    endJob(7, "canceled");
    EXPECT_EQ(manager_.open(), "");
    EXPECT_TRUE(events_.empty());
}

TEST_F(UnitLaunchTest, isCancelledAtEveryWait) {
    const std::vector<std::function<void()>> steps{
        [this] { turn(); },
        [this] { manager_.answer(systemd::UnitState{}); },
        [this] { manager_.answer(std::uint32_t{7}); },
        [this] { endJob(7, "done"); },
        [this] { manager_.answer(pid_t{0}); },
    };
    for (std::size_t done = 0; done <= steps.size(); ++done) {
        manager_.jobs().lost();
        launch();
        for (std::size_t step = 1; step < done; ++step) {
            steps[step]();
        }
        launch_.reset();
        EXPECT_EQ(manager_.open(), "") << done;
        endJob(7, "done");
        EXPECT_TRUE(events_.empty());
    }
}

} // namespace
} // namespace healer::launch::service
