// SPDX-License-Identifier: Apache-2.0
// The table of legal moves between phases holds every move that is seen over random events, and no other.
#include "unit/core/world.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace healer::core::test {
namespace {

using event::Verb;
using Move = std::pair<PhaseKind, PhaseKind>;

constexpr std::int64_t kProcesses = 5;

std::string nameOf(std::int64_t index) {
    return std::string(1, static_cast<char>('a' + index));
}

std::string textOf(const Move& move) {
    return std::string(toString(move.first)) + " -> " + std::string(toString(move.second));
}

/// Processes of all kinds to which everything happens: failures, hangs, requests, reloads, starts elsewhere.
class Turbulence {
public:
    Turbulence(std::uint64_t seed, std::set<Move>& seen) : random_(seed), world_(makePlan()) {
        world_.observeMoves([&seen](const std::string& /*name*/, PhaseKind from, PhaseKind to) {
            seen.insert({from, to});
        });
        world_.begin();
    }

    /// A second daemon on the state and the machine that the first one leaves.
    Turbulence(std::uint64_t seed, std::set<Move>& seen, const Turbulence& before)
        : random_(seed), world_(before.world_.core().plan(), before.world_.snapshots()) {
        world_.continueFrom(before.world_);
        std::vector<event::Down> ended;
        for (std::int64_t i = 0; i < kProcesses; ++i) {
            const auto instance = world_.running(nameOf(i));
            if (pick(0, 2) == 0 && instance) {
                world_.vanish(nameOf(i));
                ended.push_back({nameOf(i), *instance, exitFromWaitStatus(0)});
            }
        }
        world_.observeMoves([&seen](const std::string& /*name*/, PhaseKind from, PhaseKind to) {
            seen.insert({from, to});
        });
        world_.begin();
        for (const auto& down : ended) {
            world_.report(down);
        }
    }

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            happen(nameOf(pick(0, kProcesses - 1)));
            world_.pass(Duration(pick(0, 2) != 0 ? pick(0, 60'000) : pick(0, 45'000'000)));
            ASSERT_EQ(world_.hastyStarts(), 0);
        }
    }

private:
    std::int64_t pick(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }

    Plan makePlan() {
        std::vector<ProcessPlan> plans;
        for (std::int64_t i = 0; i < kProcesses; ++i) {
            ProcessPlan plan = pick(0, 1) == 0 ? processPlan(nameOf(i)) : probedPlan(nameOf(i));
            plan.monitors[0].confirmsStart = pick(0, 3) == 0;
            plan.recovery.retries = static_cast<unsigned>(pick(1, 4));
            plan.recovery.cooldown = std::chrono::seconds(pick(1, 60));
            plan.recovery.backoff.initial = std::chrono::milliseconds(pick(0, 1) * pick(0, 3000));
            plan.recovery.restartOn = pick(0, 3) == 0 ? RestartOn::failure : RestartOn::always;
            for (std::int64_t target = i + 1; target < kProcesses; ++target) {
                if (pick(0, 2) == 0) {
                    plan.dependencies.push_back({.target = nameOf(target),
                                                 .maxWait = std::chrono::seconds(pick(0, 30)),
                                                 .onFailure = static_cast<DependencyFailure>(pick(0, 2)),
                                                 .propagate = static_cast<Propagate>(pick(0, 1))});
                }
            }
            plans.push_back(plan);
        }
        return planOf(plans);
    }

    void happen(const std::string& name) {
        switch (pick(0, 20)) {
        case 0:
        case 1:
            world_.kill(name);
            break;
        case 2:
            world_.kill(name, 0);
            break;
        case 3:
            world_.habits().startsFail = pick(0, 2) == 0;
            world_.habits().start = Duration(pick(0, 2'000'000));
            world_.habits().ready = Duration(pick(0, 40'000'000));
            break;
        case 4:
            world_.habits().diesAfter =
                pick(0, 2) == 0 ? std::optional(Duration(pick(0, 30'000'000))) : std::nullopt;
            world_.habits().diesHow = exitFromWaitStatus(static_cast<int>(pick(0, 1)) * 9);
            break;
        case 5:
            world_.habits().stopSignalEnds = pick(0, 1) == 0 ? StopSignalEnds::none : StopSignalEnds::every;
            world_.habits().stop = Duration(pick(0, 20'000'000));
            break;
        case 6:
            if (!world_.running(name)) {
                world_.startElsewhere(name);
            }
            break;
        case 7:
            world_.hang(name);
            break;
        case 8:
            world_.cure(name);
            break;
        case 9:
            world_.report(event::StoppedOnPurpose{name, "stopped through systemd"});
            break;
        case 11:
            world_.report(event::StartedOnPurpose{name});
            break;
        case 12:
            world_.report(event::JobUnderWay{name, pick(0, 2) == 0});
            break;
        case 10:
            world_.reload(makePlan());
            break;
        case 13:
            world_.habits().doubtful = pick(0, 2) == 0 ? std::optional(ProcessKey{7, 1}) : std::nullopt;
            break;
        default:
            world_.request(static_cast<Verb>(pick(0, 5)), name);
            break;
        }
    }

    std::mt19937_64 random_;
    World world_;
};

TEST(PhaseMoves, TheTableHoldsEveryMoveThatIsSeenAndNoOther) {
    std::set<Move> seen;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        Turbulence first(seed, seen);
        first.run(60);
        Turbulence second(seed, seen, first);
        second.run(60);
    }
    std::set<Move> legal;
    for (const auto& move : legalMoves()) {
        const Move entry{move.from, move.to};
        EXPECT_TRUE(legal.insert(entry).second) << textOf(entry) << " stands twice in the table";
        EXPECT_TRUE(seen.contains(entry)) << textOf(entry) << " (" << move.cause << ") is never seen";
    }
    for (const auto& move : seen) {
        EXPECT_TRUE(legal.contains(move)) << textOf(move) << " is seen, but is not in the table";
    }
}

TEST(PhaseMoves, EveryPhaseButThoseAtRestHasADeadline) {
    const Phase phases[] = {phase::Disabled{}, phase::Looking{},   phase::Up{ProcessKey{}},
                            phase::Waiting{},  phase::Open{},      phase::Checking{},
                            phase::Deferred{}, phase::Launching{}, phase::Stopping{.instance = ProcessKey{}},
                            phase::Resting{}};
    for (const auto& phase : phases) {
        const PhaseKind kind = kindOf(phase);
        const bool atRest =
            kind == PhaseKind::disabled || kind == PhaseKind::up || kind == PhaseKind::resting;
        EXPECT_EQ(deadlineOf(phase).has_value(), !atRest) << toString(kind);
    }
}

} // namespace
} // namespace healer::core::test
