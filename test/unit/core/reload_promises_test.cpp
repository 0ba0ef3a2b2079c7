// SPDX-License-Identifier: Apache-2.0
// A reload from one plan to another leads to where a fresh start with the other one would lead.
#include "unit/core/world.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace healer::core::test {
namespace {

using event::Verb;

class Turmoil {
public:
    explicit Turmoil(unsigned seed) : random_(seed) {}

    Plan plan() {
        std::vector<ProcessPlan> processes;
        for (int i = 0; i < 6; ++i) {
            if (chance(75)) {
                processes.push_back(process("p" + std::to_string(i), processes));
            }
        }
        return planOf(processes);
    }

    void stir(World& world) {
        for (unsigned step = 0; step < 30; ++step) {
            const std::string name = "p" + std::to_string(below(6));
            happen(world, name);
            world.pass(chance(50) ? Duration(below(3'000)) : std::chrono::milliseconds(below(20'000)));
        }
        // How a program answers its probes, which requests wait for an answer, and what is being started or
        // ended at this very moment is no part of a snapshot.
        for (int i = 0; i < 6; ++i) {
            world.cure("p" + std::to_string(i));
        }
        world.pass(2s);
        for (int i = 0; i < 60'000 && !settled(world); ++i) {
            world.pass(10ms);
        }
        EXPECT_TRUE(settled(world));
    }

private:
    ProcessPlan process(const std::string& name, const std::vector<ProcessPlan>& targets) {
        ProcessPlan plan = chance(40) ? probedPlan(name) : processPlan(name);
        plan.enabled = chance(85);
        plan.command.args = {std::to_string(below(2))};
        plan.startTimeout = std::chrono::seconds(40 + below(3));
        plan.recovery.retries = 1 + below(4);
        plan.recovery.cooldown = std::chrono::seconds(5 + below(60));
        plan.recovery.backoff.initial = std::chrono::milliseconds(below(2) * 500);
        for (const auto& target : targets) {
            if (chance(30)) {
                plan.dependencies.push_back(
                    {.target = target.name,
                     .kind = chance(70) ? DependencyKind::requirement : DependencyKind::after,
                     .hard = chance(80),
                     .maxWait = std::chrono::seconds(1 + below(20)),
                     .onFailure = static_cast<DependencyFailure>(below(3)),
                     .propagate = static_cast<Propagate>(below(2))});
            }
        }
        return plan;
    }

    static bool settled(const World& world) { return world.answered() == world.asked() && !world.isActing(); }

    void happen(World& world, const std::string& name) {
        if (world.core().view(name) == nullptr) {
            return;
        }
        switch (below(8)) {
        case 0:
        case 1:
        case 2:
            world.kill(name);
            break;
        case 3:
            world.hang(name);
            break;
        case 4:
            world.cure(name);
            break;
        case 5:
            world.request(chance(50) ? Verb::stop : Verb::restart, name);
            break;
        case 6:
            world.request(chance(30) ? Verb::pause : Verb::resume, name);
            break;
        default:
            world.request(Verb::start, name);
            break;
        }
    }

    unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }
    bool chance(unsigned percent) { return below(100) < percent; }

    std::mt19937 random_;
};

/// All that an operator would see of a process when things have come to rest, and whether it runs.
std::string picture(const World& world) {
    std::ostringstream text;
    for (const auto& process : world.core().plan().processes) {
        const auto& view = world.view(process->name);
        text << process->name << ' ' << toString(view.state) << ' ' << toString(view.breaker)
             << (view.degraded ? " degraded" : "") << " copies " << world.copies(process->name) << " watched "
             << world.watches(process->name) << '\n';
    }
    return text.str();
}

class ReloadPromises : public testing::TestWithParam<unsigned> {};

TEST_P(ReloadPromises, ReloadLeadsToWhereAFreshStartLeads) {
    Turmoil turmoil(GetParam());
    World reloaded(turmoil.plan());
    reloaded.begin();
    turmoil.stir(reloaded);
    const Plan plan = turmoil.plan();
    World fresh(plan, reloaded.snapshots());
    fresh.continueFrom(reloaded);
    const auto before = reloaded.programs().alive();
    reloaded.reload(plan);
    fresh.begin();
    reloaded.pass(3h);
    fresh.pass(3h);
    EXPECT_EQ(picture(reloaded), picture(fresh));
    for (const auto& [key, program] : before) {
        if (reloaded.core().view(program.name) == nullptr) {
            EXPECT_TRUE(reloaded.programs().isAlive(key)) << program.name << " was removed, not stopped";
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Random, ReloadPromises, testing::Range(0U, 300U));

} // namespace
} // namespace healer::core::test
