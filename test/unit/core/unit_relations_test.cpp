// SPDX-License-Identifier: Apache-2.0
// What unit files say about each other: dependencies that are taken over, and stops that are no operator
// request.
#include "unit/core/world.hpp"

#include <gtest/gtest.h>

namespace healer::core::test {
namespace {

using event::Verb;
using RelationsByProcess = std::map<std::string, UnitRelations>;

ProcessPlan unitPlan(const std::string& name) {
    ProcessPlan plan;
    plan.name = name;
    plan.unit = name + ".service";
    plan.monitors = {MonitorPlan{"unit", {}, false}};
    return plan;
}

ProcessPlan autoPlan(const std::string& name) {
    ProcessPlan plan = unitPlan(name);
    plan.unitDependencies = true;
    return plan;
}

class UnitRelationsTest : public testing::Test {
protected:
    World& started(const std::vector<ProcessPlan>& plans, const RelationsByProcess& relations) {
        world.emplace(planOf(plans));
        world->begin();
        for (const auto& [name, relation] : relations) {
            world->report(event::UnitSettings{name, "", relation});
        }
        world->pass(5s);
        return *world;
    }
    [[nodiscard]] std::string edges(const std::string& name) const {
        std::string text;
        for (const auto& edge : world->core().processPlan(name)->dependencies) {
            text += (text.empty() ? "" : ", ") + edge.origin +
                    (edge.kind == DependencyKind::after ? " after " : " requires ") + edge.target;
        }
        return text;
    }
    /// systemd stops the unit, without a request to Healer.
    void systemdStops(const std::string& name) {
        const auto key = world->running(name);
        ASSERT_TRUE(key);
        world->report(event::StoppedOnPurpose{name, "stopped through systemd"});
        world->vanish(name);
        Exit exit;
        exit.reason = ExitReason::exited;
        exit.code = 0;
        world->report(event::Down{name, *key, exit});
    }

    std::optional<World> world;
};

TEST_F(UnitRelationsTest, AreTakenOverAmongWatchedUnits) {
    started({autoPlan("app"), unitPlan("cache"), unitPlan("db"), unitPlan("log")},
            {{"app", {{"db.service", "basic.target"}, {"cache.service"}, {"db.service", "log.service"}}}});
    EXPECT_EQ(edges("app"), "BindsTo= requires cache, Requires= requires db, After= after log");
    EXPECT_EQ(world->state("app"), State::running);
}

TEST_F(UnitRelationsTest, AreLeftAloneWhereTheyAreNotAskedFor) {
    started({unitPlan("app"), unitPlan("db")}, {{"app", {{"db.service"}, {}, {}}}});
    EXPECT_EQ(edges("app"), "");
}

TEST_F(UnitRelationsTest, HoldTheFirstStartBack) {
    world.emplace(planOf({autoPlan("app"), unitPlan("db")}));
    std::vector<std::string> order;
    world->onStart = [&](const std::string& name) { order.push_back(name); };
    world->begin();
    world->report(event::UnitSettings{"app", "", {{"db.service"}, {}, {}}});
    world->pass(5s);
    EXPECT_EQ(order, (std::vector<std::string>{"db", "app"}));
}

TEST_F(UnitRelationsTest, ThatWouldCloseACycleAreLeftOutAndAnnouncedOnce) {
    World& w = started({autoPlan("a"), autoPlan("b")},
                       {{"a", {{"b.service"}, {}, {}}}, {"b", {{"a.service"}, {}, {}}}});
    EXPECT_EQ(edges("a"), "Requires= requires b");
    EXPECT_EQ(edges("b"), "");
    w.report(event::UnitSettings{"a", "", {{"b.service"}, {}, {"b.service"}}});
    ASSERT_EQ(w.notices<notice::DependencyOmitted>("b").size(), 1U);
    EXPECT_EQ(w.notices<notice::DependencyOmitted>("b")[0].text,
              "does not wait for a, although its unit says Requires=: that would be a cycle of "
              "dependencies");
}

TEST_F(UnitRelationsTest, SurviveAReloadAndFollowThePlan) {
    World& w = started({autoPlan("app"), unitPlan("db")}, {{"app", {{"db.service"}, {}, {}}}});
    const Plan plan = planOf({autoPlan("app"), unitPlan("cache"), unitPlan("db")});
    w.reload(plan);
    EXPECT_EQ(edges("app"), "Requires= requires db");
    EXPECT_EQ(w.core().completed(plan), w.core().plan());
    w.reload(planOf({autoPlan("app")}));
    EXPECT_EQ(edges("app"), "");
    EXPECT_EQ(w.state("app"), State::running);
    EXPECT_EQ(w.launches("app"), 1);
}

TEST_F(UnitRelationsTest, AreForgottenWithTheUnitThatSaidThem) {
    World& w = started({autoPlan("app"), unitPlan("db")}, {{"app", {{"db.service"}, {}, {}}}});
    ProcessPlan other = autoPlan("app");
    other.unit = "other.service";
    w.reload(planOf({other, unitPlan("db")}));
    EXPECT_EQ(edges("app"), "");
}

TEST_F(UnitRelationsTest, AUnitThatRestartsByItselfSaysSo) {
    World& w = started({unitPlan("app")}, {});
    w.report(event::UnitSettings{"app", "on-failure", {}});
    EXPECT_EQ(
        w.view("app").stateReason,
        "running; systemd restarts it by itself (Restart=on-failure), Healer only when systemd has given up");
    w.report(event::UnitSettings{"app", "", {}});
    EXPECT_EQ(w.view("app").stateReason, "running");
}

const RelationsByProcess kBound{{"app", {{}, {"db.service"}, {"db.service"}}}};

TEST_F(UnitRelationsTest, AStopThatFollowsFromTheEndOfATargetIsHealed) {
    World& w = started({autoPlan("app"), unitPlan("db")}, kBound);
    w.kill("db");
    w.pass(100us);
    systemdStops("app");
    EXPECT_NE(w.state("app"), State::stopped);
    w.pass(5s);
    EXPECT_EQ(w.state("db"), State::running);
    EXPECT_EQ(w.state("app"), State::running);
    ASSERT_EQ(w.notices<notice::ProcessDown>("app").size(), 1U);
    EXPECT_EQ(w.notices<notice::ProcessDown>("app")[0].exit.reason, ExitReason::unitFailed);
    EXPECT_NE(w.notices<notice::ProcessDown>("app")[0].reason.find("bound to db"), std::string::npos);
}

TEST_F(UnitRelationsTest, SoIsOneThatIsReportedBeforeTheEndOfTheTarget) {
    World& w = started({autoPlan("app"), unitPlan("db")}, kBound);
    systemdStops("app");
    EXPECT_EQ(w.state("app"), State::stopped);
    w.pass(100ms);
    w.kill("db");
    w.pass(5s);
    EXPECT_EQ(w.state("app"), State::running);
    EXPECT_EQ(w.notices<notice::ProcessDown>("app").size(), 1U);
}

TEST_F(UnitRelationsTest, SoIsOneWhoseTargetSystemdHasRestartedItself) {
    World& w = started({autoPlan("app"), unitPlan("db")}, kBound);
    w.pass(1min);
    w.vanish("db");
    const auto fresh = w.startElsewhere("db");
    w.pass(10ms);
    EXPECT_EQ(w.view("db").instance, fresh);
    systemdStops("app");
    w.pass(5s);
    EXPECT_EQ(w.state("app"), State::running);
}

TEST_F(UnitRelationsTest, AStopOnRequestIsRespectedWhetherOfTheTargetOrOfTheBoundOne) {
    World& w = started({autoPlan("app"), unitPlan("db")}, kBound);
    systemdStops("app");
    w.pass(1h);
    EXPECT_EQ(w.state("app"), State::stopped);
    w.kill("db");
    w.pass(1h);
    EXPECT_EQ(w.state("app"), State::stopped) << "the end of the target came much later";

    World& both = started({autoPlan("app"), unitPlan("db")}, kBound);
    systemdStops("db");
    systemdStops("app");
    both.pass(1h);
    EXPECT_EQ(both.state("db"), State::stopped);
    EXPECT_EQ(both.state("app"), State::stopped);
    EXPECT_TRUE(both.notices<notice::ProcessDown>("app").empty());
}

} // namespace
} // namespace healer::core::test
