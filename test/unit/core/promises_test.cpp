// SPDX-License-Identifier: Apache-2.0
// The promises of the contract as properties over random sequences of events and times.
#include "unit/core/world.hpp"

#include <gtest/gtest.h>

namespace healer::core::test {
namespace {

using event::Verb;

class Chaos {
public:
    explicit Chaos(std::uint64_t seed) : random_(seed), world_(makePlan()) { world_.begin(); }

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            mutate();
            world_.pass(Duration(pick(0, 1) != 0 ? pick(0, 20'000) : pick(0, 30'000'000)));
            check();
        }
    }

    /// Nothing more goes wrong: all that should be up must come up by the clock alone.
    void calm() {
        world_.habits() = quickHabits();
        for (const char* name : {"a", "b", "c", "d"}) {
            world_.cure(name);
        }
        world_.pass(6h);
        check();
        for (const auto& process : world_.core().plan().processes) {
            const auto& view = world_.view(process->name);
            SCOPED_TRACE(process->name + ": " + view.stateReason);
            if (stopped_.contains(process->name)) {
                EXPECT_TRUE(view.state == State::stopped || view.state == State::paused ||
                            (view.state == State::running && startedByHand_.contains(process->name)));
            } else if (paused_.contains(process->name)) {
                EXPECT_EQ(view.state, State::paused);
            } else if (process->recovery.restartOn == RestartOn::always) {
                EXPECT_EQ(view.state, State::running);
                EXPECT_EQ(world_.copies(process->name), 1U);
                EXPECT_EQ(view.breaker, BreakerState::closed);
            }
        }
        EXPECT_EQ(world_.answered(), world_.asked()) << "a request is left without an answer";
    }

private:
    Plan makePlan() {
        std::vector<ProcessPlan> plans;
        for (const char* name : {"a", "b", "c", "d"}) {
            ProcessPlan plan = pick(0, 1) == 0 ? processPlan(name) : probedPlan(name);
            plan.recovery.retries = static_cast<unsigned>(pick(1, 4));
            plan.recovery.cooldown = std::chrono::seconds(pick(1, 120));
            plan.recovery.cooldownMultiplier = static_cast<double>(pick(1, 3));
            plan.recovery.cooldownMax = 600s;
            plan.recovery.backoff.initial = std::chrono::milliseconds(pick(0, 1) * pick(0, 3000));
            plan.recovery.restartOn = pick(0, 3) == 0 ? RestartOn::failure : RestartOn::always;
            plans.push_back(plan);
        }
        return planOf(plans);
    }

    std::int64_t pick(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }

    void mutate() {
        const std::string name(1, static_cast<char>('a' + pick(0, 3)));
        switch (pick(0, 17)) {
        case 0:
        case 1:
        case 2:
            world_.kill(name, pick(0, 1) == 0 ? 9 : 0x100);
            break;
        case 3:
            world_.kill(name, 0);
            break;
        case 4:
            world_.habits().startsFail = pick(0, 2) == 0;
            world_.habits().start = Duration(pick(0, 2'000'000));
            break;
        case 5:
            world_.habits().diesAfter =
                pick(0, 2) == 0 ? std::optional(Duration(pick(0, 40'000'000))) : std::nullopt;
            break;
        case 6:
            world_.habits().stopSignalEnds = pick(0, 1) == 0 ? StopSignalEnds::none : StopSignalEnds::every;
            world_.habits().stop = Duration(pick(0, 20'000'000));
            break;
        case 7:
            world_.report(event::Down{name, ProcessKey{static_cast<pid_t>(pick(1, 5000)), 3}, Exit{}});
            break;
        case 8:
            if (!world_.running(name) && !world_.launchInFlight(name)) {
                world_.startElsewhere(name);
                startedByHand_.insert(name);
            }
            break;
        case 9:
            world_.request(pick(0, 1) == 0 ? Verb::start : Verb::restart, name);
            stopped_.erase(name);
            break;
        case 10:
            world_.request(Verb::stop, name);
            stopped_.insert(name);
            startedByHand_.erase(name);
            break;
        case 11:
            world_.request(Verb::pause, name);
            paused_.insert(name);
            break;
        case 16:
            world_.report(event::StartedOnPurpose{name});
            stopped_.erase(name);
            break;
        case 13:
            world_.hang(name);
            break;
        case 14:
        case 15:
            world_.cure(name);
            break;
        case 12:
            world_.request(Verb::resume, name);
            paused_.erase(name);
            break;
        default:
            world_.request(Verb::resetBreaker, name);
            break;
        }
    }

    void check() {
        ASSERT_EQ(world_.hastyStarts(), 0);
        for (const auto& process : world_.core().plan().processes) {
            const auto& view = world_.view(process->name);
            const bool wantedDown = stopped_.contains(process->name) || paused_.contains(process->name) ||
                                    process->recovery.restartOn != RestartOn::always;
            if (!view.instance && !wantedDown) {
                ASSERT_TRUE(world_.core().nextDeadline())
                    << process->name << " is down and nothing will look at it";
            }
            ASSERT_LE(world_.copies(process->name), 1U) << "two copies of " << process->name;
            if (view.state == State::tripped) {
                ASSERT_TRUE(view.breakerRetryAt);
            }
        }
    }

    std::mt19937_64 random_;
    World world_;
    std::set<std::string> stopped_;
    std::set<std::string> paused_;
    std::set<std::string> startedByHand_;
};

TEST(Promises, HoldOverRandomEventsAndTimes) {
    for (std::uint64_t seed = 1; seed <= 1000 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Chaos chaos(seed);
        chaos.run(120);
        chaos.calm();
    }
}

} // namespace
} // namespace healer::core::test
