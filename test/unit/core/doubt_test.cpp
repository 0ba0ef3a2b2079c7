// SPDX-License-Identifier: Apache-2.0
// A process runs that may be the instance, which is not certain: nothing is started, and nothing is
// forgotten.
#include "unit/core/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace healer::core::test {
namespace {

using event::Verb;

class Doubt : public testing::Test {
protected:
    Doubt() : core(planOf({processPlan("web")}), {}) {
        take(core.begin(now));
        take(core.handle(doubtful(), now));
    }
    static event::Absent doubtful(pid_t pid = 42) {
        return {"web", "PID " + std::to_string(pid) + " may be it", ProcessKey{pid, 7}};
    }
    void take(const Actions& actions) { taken.insert(taken.end(), actions.begin(), actions.end()); }
    template <typename T>
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            taken, [](const Action& action) { return std::holds_alternative<T>(action); }));
    }
    [[nodiscard]] std::size_t doubts() const {
        return static_cast<std::size_t>(std::ranges::count_if(taken, [](const Action& action) {
            const auto* announce = std::get_if<action::Announce>(&action);
            return announce != nullptr && std::holds_alternative<notice::Doubted>(announce->notice);
        }));
    }
    /// The clock makes it look again; until then nothing happens.
    void untilItLooks() {
        const auto deadline = core.nextDeadline();
        ASSERT_TRUE(deadline) << "it would be down for ever";
        const auto before = count<action::Look>();
        now = *deadline;
        take(core.advance(now));
        EXPECT_EQ(count<action::Look>(), before + 1);
    }

    TimePoint now{1h};
    Coordinator core;
    Actions taken;
};

TEST_F(Doubt, StartsNothingAndSaysWhy) {
    EXPECT_EQ(core.view("web")->state, State::down);
    EXPECT_TRUE(core.view("web")->stateReason.starts_with("PID 42 may be it; "));
    EXPECT_EQ(count<action::Launch>(), 0U);
    for (int looks = 0; looks < 100; ++looks) {
        untilItLooks();
        take(core.handle(doubtful(), now));
    }
    EXPECT_EQ(count<action::Launch>(), 0U);
    EXPECT_EQ(doubts(), 1U) << "it is said once";
    EXPECT_EQ(core.view("web")->breaker, BreakerState::closed);
    untilItLooks();
    take(core.handle(doubtful(43), now));
    EXPECT_EQ(doubts(), 2U) << "another process";
}

TEST_F(Doubt, EndsWithTheDoubtfulProcess) {
    untilItLooks();
    take(core.handle(event::Absent{"web", "no running instance was found"}, now));
    EXPECT_EQ(count<action::Launch>(), 1U);
}

TEST_F(Doubt, EndsWhenItCanBeTold) {
    take(core.handle(event::Up{"web", ProcessKey{42, 7}}, now));
    EXPECT_EQ(core.view("web")->state, State::running);
    EXPECT_EQ(count<action::Launch>(), 0U);
}

TEST_F(Doubt, YieldsToAPerson) {
    take(core.handle(event::Request{Verb::start, "web", 1}, now));
    take(core.handle(doubtful(), now));
    EXPECT_EQ(count<action::Launch>(), 1U);
}

TEST_F(Doubt, KeepsAStopAndSurvivesAPause) {
    take(core.handle(event::Request{Verb::pause, "web", 1}, now));
    EXPECT_EQ(core.view("web")->state, State::paused);
    take(core.handle(event::Request{Verb::resume, "web", 2}, now));
    take(core.handle(doubtful(), now));
    EXPECT_EQ(count<action::Launch>(), 0U) << "the question is the same as before";
    take(core.handle(event::Request{Verb::stop, "web", 3}, now));
    EXPECT_EQ(core.view("web")->state, State::stopped);
}

} // namespace
} // namespace healer::core::test
