// SPDX-License-Identifier: Apache-2.0
// The rules of the pretended machine. What the core does on it is tested in test/unit/core.
#include "simulation/world.hpp"

#include "unit/simulation/fixture.hpp"

namespace healer::simulation {
namespace {

using namespace std::chrono_literals;

class WorldTest : public testing::Test {
protected:
    World& begun(const core::ProcessPlan& plan, const Habits& habits = {}) {
        world.emplace(planOf({plan}), habits,
                      [this](core::TimePoint now, const core::Actions& actions) { count(now, actions); });
        world->begin();
        return *world;
    }
    [[nodiscard]] core::State state() const { return world->core().view("web")->state; }

    std::optional<World> world;
    int downs = 0;   ///< the number of failures that the core announces
    int replies = 0; ///< the number of requests that are answered

private:
    void count(core::TimePoint /*now*/, const core::Actions& actions) {
        for (const auto& action : actions) {
            const auto* announce = std::get_if<core::action::Announce>(&action);
            const bool down =
                announce != nullptr && std::holds_alternative<core::notice::ProcessDown>(announce->notice);
            downs += down ? 1 : 0;
            replies += std::holds_alternative<core::action::Reply>(action) ? 1 : 0;
        }
    }
};

TEST_F(WorldTest, WhatRunsWhenHealerStartsIsSeenByTheFirstLook) {
    core::ProcessPlan web = process("web");
    world.emplace(planOf({web}), Habits{}, [](core::TimePoint, const core::Actions&) {});
    const auto key = world->programs().add("web");
    world->begin();
    world->pass(9ms);
    EXPECT_EQ(state(), core::State::starting);
    world->pass(2ms);
    EXPECT_EQ(world->core().view("web")->instance, core::Instance(key));
    EXPECT_EQ(world->launches("web"), 0);
}

TEST_F(WorldTest, AbsentCountsWhenAllMonitorsSeeNothing) {
    World& w = begun(probed("web"));
    w.pass(11ms);
    EXPECT_TRUE(w.launchInFlight("web"));
    EXPECT_TRUE(w.isActing());
    w.pass(100ms);
    EXPECT_EQ(w.launches("web"), 1);
    EXPECT_FALSE(w.isActing());
}

TEST_F(WorldTest, AProbeFailsOnceUntilItPassesAgain) {
    World& w = begun(probed("web"));
    w.pass(1s);
    ASSERT_EQ(state(), core::State::running);
    w.request(core::event::Verb::pause, "web", 1);
    ASSERT_TRUE(w.hang("web", Hang{}));
    w.pass(10s);
    EXPECT_EQ(downs, 1) << "two probes, five seconds apart";
    ASSERT_TRUE(w.hang("web", Hang{}));
    w.pass(1min);
    EXPECT_EQ(downs, 1);
    EXPECT_EQ(w.copies("web"), 1U);
}

TEST_F(WorldTest, WhatHangsFromItsStartFailsWhenTheGraceIsOver) {
    core::ProcessPlan web = probed("web");
    web.monitors[1].args["start_grace_secs"] = core::Duration(60s);
    World& w = begun(web);
    w.programs().hangAll("web");
    w.pass(9ms);
    w.startElsewhere("web");
    w.pass(69s);
    EXPECT_EQ(state(), core::State::running) << "an instance that was found is up";
    w.pass(2s);
    EXPECT_EQ(downs, 1);
    w.programs().cure("web");
    w.pass(1min);
    EXPECT_EQ(state(), core::State::running);
}

TEST_F(WorldTest, AStopSignalIsPendingWhileAProgramHangs) {
    World& w = begun(process("web"));
    w.pass(1s);
    const auto key = w.running("web");
    ASSERT_TRUE(w.hang("web", Hang{5s}));
    w.request(core::event::Verb::stop, "web", 1);
    w.pass(4s);
    EXPECT_EQ(w.running("web"), key);
    EXPECT_EQ(replies, 0);
    w.pass(2s);
    EXPECT_EQ(w.copies("web"), 0U);
    EXPECT_EQ(replies, 1);
}

TEST_F(WorldTest, TheNextHealerFindsTheSameMachine) {
    World& w = begun(process("web"));
    w.pass(1s);
    World next(planOf({process("web")}), Habits{}, [](core::TimePoint, const core::Actions&) {},
               {{"web", *w.core().savedState("web")}});
    next.continueFrom(w);
    EXPECT_EQ(next.now(), w.now());
    next.begin();
    next.pass(1s);
    EXPECT_EQ(next.core().view("web")->instance, w.core().view("web")->instance);
    EXPECT_EQ(next.launches("web"), 0);
}

TEST_F(WorldTest, AKnownInstanceIsRecognisedBeforeItIsReady) {
    core::ProcessPlan web = process("web");
    web.monitors[0].confirmsStart = true;
    Habits habits;
    habits.ready = 10s;
    World& w = begun(web, habits);
    w.pass(1s);
    core::SavedState saved;
    saved.instance = *w.running("web");
    World next(planOf({web}), habits, [](core::TimePoint, const core::Actions&) {}, {{"web", saved}});
    next.continueFrom(w);
    next.begin();
    next.pass(1s);
    EXPECT_EQ(next.core().view("web")->instance, core::Instance(*w.running("web")));
}

} // namespace
} // namespace healer::simulation
