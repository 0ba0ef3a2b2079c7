// SPDX-License-Identifier: Apache-2.0
#include "systemd/surroundings.hpp"

#include "support/fake_manager.hpp"

#include <gmock/gmock.h>

#include <optional>

namespace healer::systemd {
namespace {

using ::testing::HasSubstr;

/// Left the state "active" at that time, in seconds.
UnitFacts gone(std::uint64_t left, std::uint64_t mainEnded = 0) {
    UnitFacts facts;
    facts.active = "inactive";
    facts.result = "success";
    facts.activeExit = left * 1'000'000;
    facts.execMainExit = mainEnded * 1'000'000;
    facts.execMainStart = 1;
    return facts;
}

UnitFacts app(std::vector<std::string> bindsTo) {
    auto facts = gone(100, 101);
    facts.relations.bindsTo = std::move(bindsTo);
    return facts;
}

UnitFacts running() {
    UnitFacts facts;
    facts.active = "active";
    return facts;
}

UnitState state(const std::string& active) {
    return {.loaded = true, .intact = true, .description = {}, .active = active, .job = 0, .jobType = {}};
}

class SurroundingsTest : public testing::Test {
protected:
    void ask(UnitFacts facts, std::optional<std::uint32_t> job = std::nullopt) {
        const auto take = [this](const Surroundings& answer) { found = answer; };
        flow.emplace(loop, surroundingsOf(manager, std::move(facts), true, job),
                     std::function<void(Surroundings)>(take));
        flow->start();
    }
    void job(std::uint32_t id, const std::string& unit) { manager.jobs().appeared({id, unit}); }

    runtime::Loop loop;
    test::FakeManager manager;
    std::optional<runtime::Flow> flow;
    std::optional<Surroundings> found;
};

TEST_F(SurroundingsTest, theUnitThatEndedFirstHasTakenItAlong) {
    ask(app({"dep.service"}));
    EXPECT_EQ(manager.open(), "read dep.service");
    manager.answer(gone(99, 99));
    EXPECT_EQ(manager.open(), "query dep.service");
    manager.answer(state("failed"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->stoppedBy, "dep.service");
    EXPECT_EQ(found->setting, "BindsTo=");
    EXPECT_EQ(found->obstacle, "waits for dep.service, which it is bound to (BindsTo=) and which is failed");
}

TEST_F(SurroundingsTest, onceThatIsBackNothingIsInTheWay) {
    auto back = running();
    back.activeExit = 99'000'000;
    ask(app({"dep.service"}));
    manager.answer(back);
    manager.answer(state("active"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->stoppedBy, "dep.service");
    EXPECT_EQ(found->obstacle, "");
}

TEST_F(SurroundingsTest, aStopOfThatOneIsAStopOfBoth) {
    job(7, "dep.service");
    job(8, "app.service");
    ask(app({"dep.service"}), 8);
    auto stopping = gone(100);
    stopping.active = "deactivating";
    manager.answer(stopping);
    manager.answer(state("deactivating"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->stoppedBy, "");
    EXPECT_EQ(found->stoppedWith, "dep.service");
}

TEST_F(SurroundingsTest, aChainIsFollowedToItsBeginning) {
    job(7, "dep.service");
    job(8, "app.service");
    ask(app({"dep.service"}), 8);
    auto dep = gone(100, 101);
    dep.relations.bindsTo = {"mnt-x.mount"};
    manager.answer(dep);
    EXPECT_EQ(manager.open(), "read mnt-x.mount");
    manager.answer(gone(99));
    manager.answer(state("inactive"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->stoppedBy, "mnt-x.mount");
}

TEST_F(SurroundingsTest, whatRunsOnHasNothingToDoWithIt) {
    auto old = running();
    old.activeExit = 1'000'000;
    ask(app({"dep.service"}));
    manager.answer(old);
    manager.answer(state("active"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->stoppedBy, "");
}

TEST_F(SurroundingsTest, theStartOfARivalIsNoStopByAPerson) {
    auto facts = app({});
    facts.conflicts = {"shutdown.target", "other.service"};
    ask(facts);
    EXPECT_EQ(manager.open(), "read other.service");
    auto rival = running();
    rival.inactiveExit = 100'500'000;
    manager.answer(rival);
    EXPECT_EQ(manager.open(), "query other.service");
    manager.answer(state("active"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->stoppedBy, "other.service");
    EXPECT_THAT(found->obstacle, HasSubstr("conflicts with"));
}

TEST_F(SurroundingsTest, aTriggerCountsWhileItIsActive) {
    auto facts = gone(100, 100);
    facts.triggeredBy = {"idle.socket", "idle.timer"};
    ask(facts);
    EXPECT_EQ(manager.open(), "query idle.socket");
    manager.answer(state("inactive"));
    manager.answer(state("active"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->trigger, "idle.timer");
}

TEST(WentAlong, notWhatWasStartedAfterTheTargetHadEnded) {
    UnitFacts bound = running();
    bound.active = "inactive";
    bound.activeEnter = 95'000'000;
    bound.activeExit = 98'000'000;
    UnitFacts target = running();
    target.activeExit = 94'000'000; // and is back
    EXPECT_FALSE(wentAlong(bound, target));
    target.activeExit = 97'000'000;
    EXPECT_TRUE(wentAlong(bound, target));
}

TEST(JobsOfOneRequest, overlapAndTheOlderOneIsTheReason) {
    JobTracker jobs;
    jobs.appeared({5, "dep.service"});
    jobs.removed({5, "dep.service", "done"});
    jobs.appeared({8, "app.service"});
    EXPECT_FALSE(jobs.isPartOf("dep.service", 8)) << "it had ended before";
    jobs.appeared({9, "dep.service"});
    EXPECT_FALSE(jobs.isPartOf("dep.service", 8)) << "systemd restarts it";
    jobs.appeared({10, "app.service"});
    EXPECT_TRUE(jobs.isPartOf("dep.service", 10));
}

} // namespace
} // namespace healer::systemd
