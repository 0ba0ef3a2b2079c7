// SPDX-License-Identifier: Apache-2.0
// Random graphs and random failures: what can be up is up in the end, and nothing is started before what it
// needs unless its policy says so.
#include "unit/core/world.hpp"

#include <gtest/gtest.h>

namespace healer::core::test {
namespace {

constexpr int kProcesses = 6;

std::string nameOf(std::int64_t index) {
    return std::string(1, static_cast<char>('a' + index));
}

class Stack {
public:
    explicit Stack(std::uint64_t seed) : random_(seed), world_(makePlan()) {
        world_.onStart = [this](const std::string& name) { started(name); };
        world_.begin();
        world_.pass(1min);
    }

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            mutate();
            world_.pass(Duration(pick(0, 2) != 0 ? pick(0, 100'000) : pick(0, 40'000'000)));
            check();
        }
    }

    void calm() {
        world_.habits() = quickHabits();
        for (int i = 0; i < kProcesses; ++i) {
            world_.cure(nameOf(i));
        }
        world_.pass(12h);
        check();
        for (const auto& process : world_.core().plan().processes) {
            const auto& view = world_.view(process->name);
            if (canBeUp(*process)) {
                EXPECT_EQ(view.state, State::running) << process->name << ": " << view.stateReason;
                EXPECT_EQ(world_.copies(process->name), 1U) << process->name;
                EXPECT_EQ(view.degraded, lacks(*process)) << process->name;
            }
        }
    }

private:
    std::int64_t pick(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }

    DependencyPlan makeEdge(std::int64_t target) {
        DependencyPlan edge{.target = nameOf(target)};
        edge.kind = pick(0, 3) == 0 ? DependencyKind::after : DependencyKind::requirement;
        edge.hard = pick(0, 3) != 0;
        edge.maxWait = std::chrono::seconds(pick(0, 40));
        edge.onFailure = static_cast<DependencyFailure>(pick(0, 2));
        edge.propagate = static_cast<Propagate>(pick(0, 1));
        return edge;
    }

    Plan makePlan() {
        std::vector<ProcessPlan> plans;
        for (int i = 0; i < kProcesses; ++i) {
            ProcessPlan plan = pick(0, 1) == 0 ? processPlan(nameOf(i)) : probedPlan(nameOf(i));
            plan.recovery.retries = static_cast<unsigned>(pick(2, 6));
            plan.recovery.cooldown = std::chrono::seconds(pick(1, 60));
            plan.recovery.backoff.initial = std::chrono::milliseconds(pick(0, 1) * pick(0, 3000));
            // Only to later ones, so that there is no cycle.
            for (int target = i + 1; target < kProcesses; ++target) {
                if (pick(0, 2) == 0) {
                    plan.dependencies.push_back(makeEdge(target));
                }
            }
            plans.push_back(plan);
        }
        return planOf(plans);
    }

    void mutate() {
        const std::string name = nameOf(pick(0, kProcesses - 1));
        switch (pick(0, 9)) {
        case 0:
        case 1:
            world_.kill(name);
            break;
        case 2:
            for (int i = 0; i < kProcesses; ++i) {
                if (pick(0, 1) == 0) {
                    world_.kill(nameOf(i));
                }
            }
            break;
        case 3:
            world_.hang(name);
            break;
        case 4:
        case 5:
            world_.cure(name);
            break;
        case 6:
            world_.habits().startsFail = pick(0, 3) == 0;
            world_.habits().ready = Duration(pick(0, 5'000'000));
            world_.habits().start = Duration(pick(0, 500'000));
            break;
        case 7:
            world_.request(event::Verb::stop, name);
            stopped_.insert(name);
            break;
        case 8:
            world_.request(event::Verb::start, name);
            stopped_.erase(name);
            break;
        default:
            world_.habits().stop = Duration(pick(0, 3'000'000));
            break;
        }
    }

    /// A program of this name is started on the core's order. Why is announced right after.
    void started(const std::string& name) {
        for (const auto& edge : world_.core().processPlan(name)->dependencies) {
            const bool must = edge.kind == DependencyKind::requirement && edge.hard &&
                              edge.onFailure == DependencyFailure::abort;
            if (must && world_.state(edge.target) != State::running) {
                early_.push_back({name, edge.target, world_.notices<notice::RecoveryStarted>(name).size()});
            }
        }
    }

    void check() {
        ASSERT_EQ(world_.hastyStarts(), 0);
        for (const auto& [name, target, index] : early_) {
            EXPECT_EQ(world_.notices<notice::RecoveryStarted>(name)[index].cause, notice::Cause::request)
                << name << " was started before " << target;
        }
        early_.clear();
        for (const auto& process : world_.core().plan().processes) {
            const auto& view = world_.view(process->name);
            ASSERT_LE(world_.copies(process->name), 1U) << process->name;
            if (view.state != State::running && view.state != State::stopped) {
                ASSERT_TRUE(world_.core().nextDeadline()) << process->name;
            }
            if (stopped_.contains(process->name)) {
                ASSERT_NE(view.state, State::deferred) << process->name;
            }
        }
    }

    bool canBeUp(const ProcessPlan& process) const {
        if (stopped_.contains(process.name)) {
            return false;
        }
        return std::all_of(process.dependencies.begin(), process.dependencies.end(),
                           [&](const DependencyPlan& edge) {
                               const bool must = edge.kind == DependencyKind::requirement && edge.hard &&
                                                 edge.onFailure == DependencyFailure::abort;
                               return !must || canBeUp(*world_.core().processPlan(edge.target));
                           });
    }

    bool lacks(const ProcessPlan& process) const {
        // Only where it was started again since; what ran on all the time was never without its target.
        return world_.view(process.name).degraded &&
               std::any_of(process.dependencies.begin(), process.dependencies.end(),
                           [&](const DependencyPlan& edge) {
                               return edge.hard && edge.onFailure == DependencyFailure::degrade &&
                                      world_.state(edge.target) != State::running;
                           });
    }

    struct Early {
        std::string name;
        std::string target;
        std::size_t start; ///< which of its starts
    };

    std::mt19937_64 random_;
    World world_;
    std::set<std::string> stopped_;
    std::vector<Early> early_;
};

TEST(DependencyPromises, HoldInRandomStacks) {
    constexpr std::uint64_t kSeeds = 300;
    for (std::uint64_t seed = 1; seed <= kSeeds && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Stack stack(seed);
        stack.run(60);
        stack.calm();
    }
}

} // namespace
} // namespace healer::core::test
