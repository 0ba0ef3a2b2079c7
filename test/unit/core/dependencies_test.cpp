// SPDX-License-Identifier: Apache-2.0
// Which process waits for which.
#include "unit/core/world.hpp"

#include <gtest/gtest.h>

namespace healer::core::test {
namespace {

using event::Verb;

class Dependencies : public testing::Test {
protected:
    World& started(const std::vector<ProcessPlan>& plans) {
        world.emplace(planOf(plans));
        world->begin();
        world->pass(5s);
        return *world;
    }
    /// `app` needs `db`.
    World& stack(const DependencyPlan& edge) {
        return started({dependent(processPlan("app"), {edge}), probedPlan("db")});
    }
    [[nodiscard]] const std::string& reason(const std::string& name) const {
        return world->view(name).stateReason;
    }
    /// Both die, and db does not come back.
    void breakBoth() {
        world->hang("db");
        world->kill("db");
        world->kill("app");
    }
    std::optional<World> world;
};

TEST_F(Dependencies, AreWaitedForAtTheFirstStart) {
    world.emplace(planOf({dependent(processPlan("app"), {{.target = "db"}}), probedPlan("db")}));
    world->habits().ready = 10s;
    world->begin();
    world->pass(5s);
    EXPECT_EQ(world->state("app"), State::deferred);
    EXPECT_NE(reason("app").find("waits for db (starting), 30 s at most"), std::string::npos)
        << reason("app");
    world->pass(6s);
    EXPECT_EQ(world->state("db"), State::running);
    EXPECT_EQ(world->state("app"), State::running);
    EXPECT_EQ(world->launches("app"), 1);
}

TEST_F(Dependencies, AWholeStackComesBackInOrderEachStartedOnce) {
    std::vector<ProcessPlan> plans{
        dependent(probedPlan("app"), {{.target = "db", .propagate = Propagate::restart}}), probedPlan("db")};
    for (const char* name : {"worker1", "worker2", "worker3"}) {
        plans.push_back(dependent(processPlan(name), {{.target = "app", .propagate = Propagate::restart}}));
    }
    World& w = started(plans);
    for (const char* name : {"worker1", "app", "worker2", "db", "worker3"}) {
        w.kill(name);
    }
    w.pass(60ms);
    EXPECT_EQ(w.state("worker1"), State::deferred);
    w.pass(10s);
    for (const char* name : {"db", "app", "worker1", "worker2", "worker3"}) {
        EXPECT_EQ(w.state(name), State::running) << name;
        EXPECT_EQ(w.launches(name), 2) << name;
    }
    EXPECT_LT(w.view("db").activeSince->at, w.view("app").activeSince->at);
    EXPECT_LT(w.view("app").activeSince->at, w.view("worker1").activeSince->at);
}

TEST_F(Dependencies, defers_then_releases_on_timeout_skip) {
    World& w = stack({.target = "db", .maxWait = 1s, .onFailure = DependencyFailure::skip});
    breakBoth();
    w.pass(900ms);
    EXPECT_EQ(w.state("app"), State::deferred);
    EXPECT_EQ(w.launches("app"), 1);
    w.pass(1s);
    EXPECT_EQ(w.state("app"), State::running);
    EXPECT_NE(w.state("db"), State::running);
    EXPECT_FALSE(w.view("app").degraded);
}

TEST_F(Dependencies, DegradeStartsWithoutAndSaysSoUntilTheTargetIsBack) {
    World& w = stack({.target = "db", .maxWait = 2s, .onFailure = DependencyFailure::degrade});
    breakBoth();
    w.pass(5s);
    EXPECT_EQ(w.state("app"), State::running);
    EXPECT_TRUE(w.view("app").degraded);
    w.cure("db");
    w.pass(1h);
    EXPECT_EQ(w.state("db"), State::running);
    EXPECT_FALSE(w.view("app").degraded);
    EXPECT_EQ(w.launches("app"), 2);
}

TEST_F(Dependencies, AbortIsNotTheEnd) {
    World& w = stack({.target = "db", .maxWait = 2s, .onFailure = DependencyFailure::abort});
    breakBoth();
    w.pass(30min);
    EXPECT_EQ(w.state("app"), State::deferred);
    EXPECT_NE(reason("app").find("not started without db"), std::string::npos) << reason("app");
    EXPECT_TRUE(w.core().nextDeadline());
    w.cure("db");
    w.pass(1h);
    EXPECT_EQ(w.state("app"), State::running);
    EXPECT_EQ(w.launches("app"), 2);
}

TEST_F(Dependencies, ASoftOneIsWaitedForAndThenDoneWithout) {
    World& w = stack({.target = "db", .hard = false, .maxWait = 5s});
    breakBoth();
    w.pass(4s);
    EXPECT_EQ(w.state("app"), State::deferred);
    w.pass(2s);
    EXPECT_EQ(w.state("app"), State::running);
}

TEST_F(Dependencies, AfterWaitsOnlyWhileTheTargetIsBeingRecovered) {
    World& w = stack({.target = "db", .kind = DependencyKind::after});
    w.request(Verb::stop, "db");
    w.pass(1s);
    w.kill("app");
    w.pass(1s);
    EXPECT_EQ(w.state("app"), State::running) << "a stopped target is nothing to wait for";
    w.request(Verb::start, "db");
    w.pass(1s);
    w.habits().ready = 3s;
    w.kill("db");
    w.kill("app");
    w.pass(2s);
    EXPECT_EQ(w.state("app"), State::deferred);
    w.pass(2s);
    EXPECT_EQ(w.state("app"), State::running);
}

TEST_F(Dependencies, HealthyMeansHealthyNotMerelyStarted) {
    World& w = stack({.target = "db"});
    w.hang("db");
    w.pass(2s);
    w.kill("app");
    w.pass(5s);
    EXPECT_EQ(w.state("app"), State::deferred);
    w.cure("db");
    w.pass(5min);
    EXPECT_EQ(w.state("app"), State::running);
}

TEST_F(Dependencies, AManualStartDoesNotWait) {
    World& w = stack({.target = "db"});
    breakBoth();
    w.pass(5s);
    ASSERT_EQ(w.state("app"), State::deferred);
    const auto id = w.request(Verb::start, "app");
    w.pass(1s);
    EXPECT_EQ(w.state("app"), State::running);
    ASSERT_TRUE(w.answer(id));
    EXPECT_TRUE(w.answer(id)->ok());
}

TEST_F(Dependencies, AManualStopEndsTheWait) {
    World& w = stack({.target = "db"});
    breakBoth();
    w.pass(5s);
    w.request(Verb::stop, "app");
    EXPECT_EQ(w.state("app"), State::stopped);
    w.cure("db");
    w.pass(1h);
    EXPECT_EQ(w.state("app"), State::stopped);
}

TEST_F(Dependencies, PropagateRestartsWhatRanBefore) {
    World& w = stack({.target = "db", .propagate = Propagate::restart});
    const auto before = w.running("app");
    w.kill("db");
    w.pass(5s);
    EXPECT_EQ(w.state("app"), State::running);
    EXPECT_NE(w.running("app"), before);
    EXPECT_EQ(w.launches("app"), 2);
    const auto started = w.notices<notice::RecoveryStarted>("app");
    EXPECT_EQ(started.back().cause, notice::Cause::dependency);
    w.pass(1h);
    EXPECT_EQ(w.launches("app"), 2);
    EXPECT_EQ(w.view("app").breaker, BreakerState::closed);
}

TEST_F(Dependencies, PropagateLeavesWhatIsPausedOrStoppedOnRequest) {
    World& w = stack({.target = "db", .propagate = Propagate::restart});
    w.request(Verb::pause, "app");
    const auto before = w.running("app");
    w.kill("db");
    w.pass(1min);
    EXPECT_EQ(w.running("app"), before);
}

TEST_F(Dependencies, ATargetThatOnlyHungForAWhileRestartsNoDependent) {
    ProcessPlan db = probedPlan("db");
    db.recovery.backoff.initial = 60s;
    World& w =
        started({dependent(processPlan("app"), {{.target = "db", .propagate = Propagate::restart}}), db});
    w.hang("db");
    w.pass(5s);
    w.cure("db");
    w.pass(1min);
    EXPECT_EQ(w.launches("db"), 1);
    EXPECT_EQ(w.launches("app"), 1);
}

TEST_F(Dependencies, AnEdgeThatAReloadTakesAwayIsNotWaitedForAnyLonger) {
    World& w = stack({.target = "db"});
    breakBoth();
    w.pass(5s);
    ASSERT_EQ(w.state("app"), State::deferred);
    w.reload(planOf({processPlan("app"), probedPlan("db")}));
    w.pass(1s);
    EXPECT_EQ(w.state("app"), State::running);
}

TEST_F(Dependencies, TwoTargetsAreBothWaitedFor) {
    World& w = started({dependent(processPlan("app"), {{.target = "cache"}, {.target = "db"}}),
                        probedPlan("cache"), probedPlan("db")});
    w.hang("db");
    w.hang("cache");
    w.kill("db");
    w.kill("cache");
    w.kill("app");
    w.pass(1s);
    EXPECT_NE(reason("app").find("cache"), std::string::npos);
    EXPECT_NE(reason("app").find(" and db"), std::string::npos) << reason("app");
    w.cure("db");
    w.pass(1min);
    w.cure("cache");
    w.pass(1h);
    EXPECT_EQ(w.state("app"), State::running);
}

TEST_F(Dependencies, PropagateEndsNothingThatCouldNotBeStartedAgain) {
    World& w = started({dependent(processPlan("app"),
                                  {{.target = "cache"}, {.target = "db", .propagate = Propagate::restart}}),
                        processPlan("cache"), processPlan("db")});
    const auto app = w.view("app").instance;
    w.request(Verb::stop, "cache");
    w.pass(1s);
    w.kill("db");
    w.pass(1h);
    EXPECT_EQ(w.state("db"), State::running);
    EXPECT_EQ(w.view("app").instance, app) << "it runs on without what it could not be started without";
    w.request(Verb::start, "cache");
    w.pass(1s);
    EXPECT_EQ(w.state("app"), State::running);
    EXPECT_NE(w.view("app").instance, app) << "and is restarted with db as soon as it may be";
}

TEST_F(Dependencies, PropagateWaitsForASoftTargetNoLongerThanAnyStart) {
    World& w = started({dependent(processPlan("app"), {{.target = "cache", .hard = false, .maxWait = 10s},
                                                       {.target = "db", .propagate = Propagate::restart}}),
                        processPlan("cache"), processPlan("db")});
    const auto app = w.view("app").instance;
    w.request(Verb::stop, "cache");
    w.pass(1s);
    w.kill("db");
    w.pass(30s);
    EXPECT_EQ(w.state("app"), State::running);
    EXPECT_NE(w.view("app").instance, app);
}

} // namespace
} // namespace healer::core::test
