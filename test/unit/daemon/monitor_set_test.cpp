// SPDX-License-Identifier: Apache-2.0
#include "daemon/monitor_set.hpp"

#include <gtest/gtest.h>

namespace healer::daemon {
namespace {

class FakeMonitor final : public monitor::Monitor {
public:
    explicit FakeMonitor(monitor::Report sink) : report(std::move(sink)) {}
    void start(std::optional<core::Instance> /*known*/) override {}
    void follow(std::optional<core::Instance> key) override { followed = key; }
    void look() override {}

    monitor::Report report;
    std::optional<core::Instance> followed;
};

class MonitorSetTest : public testing::Test {
protected:
    MonitorSetTest() {
        plan_.name = "web";
        plan_.monitors = {{"pid", {}, true}, {"ebpf", {}, false}};
        set_ = std::make_unique<MonitorSet>(
            plan_,
            [this](const core::MonitorPlan&, monitor::Report report) {
                auto monitor = std::make_unique<FakeMonitor>(std::move(report));
                fakes_.push_back(monitor.get());
                return monitor;
            },
            [this](core::Event event) { events_.push_back(std::move(event)); });
        set_->start(std::nullopt);
    }
    void absent(std::size_t monitor) { fakes_[monitor]->report(core::event::Absent{"web", "none"}); }

    core::ProcessPlan plan_;
    std::vector<FakeMonitor*> fakes_;
    std::vector<core::Event> events_;
    std::unique_ptr<MonitorSet> set_;
};

TEST_F(MonitorSetTest, IsAbsentOnlyWhenAllMonitorsSaySo) {
    absent(0);
    absent(0);
    EXPECT_TRUE(events_.empty());
    absent(1);
    EXPECT_EQ(events_.size(), 1U);
    absent(1);
    EXPECT_EQ(events_.size(), 1U) << "one answer to one question";
}

TEST_F(MonitorSetTest, AProbeThatPassesDoesNotHideThatNothingRuns) {
    plan_.monitors[0] = {"network", {}, true, core::MonitorRole::probe};
    for (const bool probeFirst : {true, false}) {
        fakes_.clear();
        events_.clear();
        MonitorSet set(
            plan_,
            [this](const core::MonitorPlan&, monitor::Report report) {
                auto monitor = std::make_unique<FakeMonitor>(std::move(report));
                fakes_.push_back(monitor.get());
                return monitor;
            },
            [this](core::Event event) { events_.push_back(std::move(event)); });
        set.start(std::nullopt);
        if (!probeFirst) {
            absent(1);
        }
        fakes_[0]->report(core::event::Healthy{"web"});
        if (probeFirst) {
            absent(1);
        }
        ASSERT_EQ(events_.size(), 2U);
        EXPECT_TRUE(std::holds_alternative<core::event::Healthy>(events_[0]))
            << "heard first in either order";
        EXPECT_TRUE(std::holds_alternative<core::event::Absent>(events_[1]));
    }
}

TEST_F(MonitorSetTest, EachQuestionIsAnsweredAnew) {
    absent(0);
    absent(1);
    set_->look();
    absent(1);
    EXPECT_EQ(events_.size(), 1U);
    absent(0);
    EXPECT_EQ(events_.size(), 2U);
}

TEST_F(MonitorSetTest, ADoubtOfOneIsTheAnswerOfAll) {
    fakes_[0]->report(core::event::Absent{"web", "PID 7 may be it", core::ProcessKey{7, 1}});
    absent(1);
    EXPECT_EQ(std::get<core::event::Absent>(events_.at(0)).doubtful, (core::ProcessKey{7, 1}));
    set_->look();
    absent(0);
    absent(1);
    EXPECT_FALSE(std::get<core::event::Absent>(events_.at(1)).doubtful) << "the next question is another";
}

TEST_F(MonitorSetTest, PassesOnWhatOneOfThemSees) {
    fakes_[1]->report(core::event::Up{"web", core::ProcessKey{5, 6}});
    fakes_[0]->report(core::event::Down{"web", core::ProcessKey{5, 6}, {}});
    EXPECT_EQ(events_.size(), 2U);
    set_->follow(core::ProcessKey{5, 6});
    EXPECT_EQ(fakes_[0]->followed, fakes_[1]->followed);
}

TEST_F(MonitorSetTest, aWitnessIsAwaitedButDoesNotSayWhyNothingIsThere) {
    FakeMonitor* witness = nullptr;
    set_->addWitness([&](monitor::Report report) {
        auto monitor = std::make_unique<FakeMonitor>(std::move(report));
        witness = monitor.get();
        return monitor;
    });
    set_->start(std::nullopt);
    absent(0);
    absent(1);
    EXPECT_TRUE(events_.empty());
    witness->report(core::event::Down{"web", core::ProcessKey{5, 6}, {}});
    witness->report(core::event::Absent{"web", "as far as a witness knows"});
    ASSERT_EQ(events_.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<core::event::Down>(events_[0]));
    EXPECT_EQ(std::get<core::event::Absent>(events_[1]).detail, "none");
}

} // namespace
} // namespace healer::daemon
