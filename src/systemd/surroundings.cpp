// SPDX-License-Identifier: Apache-2.0
#include "systemd/surroundings.hpp"

#include "systemd/awaits.hpp"
#include "systemd/unit_character.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace healer::systemd {

namespace {

constexpr std::uint64_t kUsecPerSecond = 1'000'000;
/// From the end of one unit until systemd begins to stop what is bound to it.
constexpr std::uint64_t kFollowsWithin = 5 * kUsecPerSecond;
/// A chain of bound units is followed so far.
constexpr std::size_t kMostAsked = 32;

bool isDown(const UnitFacts& facts) {
    return facts.active == "inactive" || facts.active == "failed";
}

/// The conflicts that count: every unit conflicts with the shutdown, and there a stop is a stop.
std::vector<std::string> rivalsOf(const UnitFacts& facts) {
    std::vector<std::string> rivals = facts.conflicts;
    rivals.insert(rivals.end(), facts.conflictedBy.begin(), facts.conflictedBy.end());
    std::erase_if(rivals, [](const std::string& unit) {
        return unit == "shutdown.target" || unit == "umount.target" || unit == "final.target";
    });
    return rivals;
}

struct BoundTo {
    std::string gone;    ///< the unit whose end has taken it along, directly or through others
    std::string stopped; ///< the unit that was stopped on purpose together with it
};

runtime::Task<BoundTo> goneFirst(Manager& manager, UnitFacts facts, std::optional<std::uint32_t> stopJob) {
    BoundTo bound;
    std::set<std::string> asked;
    std::vector<UnitFacts> open{std::move(facts)};
    while (!open.empty()) {
        const UnitFacts unit = std::move(open.back());
        open.pop_back();
        for (const auto& target : unit.relations.bindsTo) {
            if (asked.size() >= kMostAsked || !asked.insert(target).second) {
                continue;
            }
            const auto answer = co_await read(manager, target);
            const auto* known = std::get_if<UnitFacts>(&answer);
            if (known == nullptr) {
                continue;
            }
            const bool requested = stopJob && manager.jobs().isPartOf(target, *stopJob);
            const bool first = wentAlong(unit, *known);
            // Of a mount or a device only a job that was seen shows that.
            const bool stopped = requested || (known->execMainExit != 0 && wasStopped(*known));
            if (first && !stopped) {
                bound.gone = target;
                co_return bound;
            }
            if (first || requested) {
                bound.stopped = bound.stopped.empty() ? target : bound.stopped;
                open.push_back(*known); // stopped itself: by an operator, or along with another one?
            }
        }
    }
    co_return bound;
}

runtime::Task<std::string> displacedBy(Manager& manager, UnitFacts facts,
                                       std::optional<std::uint32_t> stopJob) {
    for (const auto& rival : rivalsOf(facts)) {
        const auto answer = co_await read(manager, rival);
        const auto* known = std::get_if<UnitFacts>(&answer);
        if (known == nullptr || isDown(*known)) {
            continue;
        }
        if (wasDisplaced(facts, *known) || (stopJob && manager.jobs().isPartOf(rival, *stopJob))) {
            co_return rival;
        }
    }
    co_return std::string();
}

runtime::Task<std::string> obstacleTo(Manager& manager, UnitFacts facts) {
    for (const auto& target : facts.relations.bindsTo) {
        const auto answer = co_await query(manager, target);
        const auto* state = std::get_if<UnitState>(&answer);
        if (state != nullptr && !isActive(state->active)) {
            co_return "waits for " + target + ", which it is bound to (BindsTo=) and which is " +
                (state->active.empty() ? std::string("not there") : state->active);
        }
    }
    for (const auto& rival : rivalsOf(facts)) {
        const auto answer = co_await query(manager, rival);
        const auto* state = std::get_if<UnitState>(&answer);
        if (state != nullptr && (isActive(state->active) || state->active == "activating")) {
            co_return "waits for the end of " + rival + ", which it conflicts with (Conflicts=)";
        }
    }
    co_return std::string();
}

} // namespace

bool wentAlong(const UnitFacts& bound, const UnitFacts& target) {
    if (bound.activeExit == 0 && bound.activeEnter != 0) {
        // It was unloaded, and when it ended is no longer known: after its start the target has ended too.
        return target.activeExit > bound.activeEnter;
    }
    if (target.activeExit != 0 && bound.activeEnter > target.activeExit) {
        return false; // this run was started after that
    }
    if (isActive(target)) {
        // It is back.
        return target.activeExit != 0 && target.activeExit <= bound.activeExit &&
               bound.activeExit - target.activeExit <= kFollowsWithin;
    }
    if (!isDown(target) && target.active != "activating") {
        return false; // it is being stopped, and so was this one
    }
    // systemd forgets what it unloads.
    return target.activeExit == 0 ||
           (target.activeExit <= bound.activeExit && bound.activeExit - target.activeExit <= kFollowsWithin);
}

bool wasDisplaced(const UnitFacts& unit, const UnitFacts& other) {
    const std::uint64_t ended = std::max(unit.inactiveEnter, unit.activeExit);
    return other.inactiveExit + kUsecPerSecond >= unit.activeExit &&
           other.inactiveExit <= ended + kUsecPerSecond && unit.activeExit != 0;
}

bool hasSurroundings(const UnitFacts& facts) {
    return hasTriggers(facts) || !facts.relations.bindsTo.empty() || !rivalsOf(facts).empty();
}

runtime::Task<std::string> activeTrigger(Manager& manager, UnitFacts facts) {
    for (const auto& trigger : facts.triggeredBy) {
        const auto answer = co_await query(manager, trigger);
        const auto* state = std::get_if<UnitState>(&answer);
        if (state != nullptr && isActive(state->active)) {
            co_return trigger;
        }
    }
    co_return facts.busActivated ? "the bus name " + facts.busName : std::string();
}

runtime::Task<Surroundings> surroundingsOf(Manager& manager, UnitFacts facts, bool maybeStopped,
                                           std::optional<std::uint32_t> stopJob) {
    Surroundings found;
    found.trigger = co_await activeTrigger(manager, facts);
    if (maybeStopped) {
        const BoundTo bound = co_await goneFirst(manager, facts, stopJob);
        found.stoppedBy = bound.gone;
        found.stoppedWith = bound.stopped;
        found.setting = "BindsTo=";
        if (found.stoppedBy.empty()) {
            found.stoppedBy = co_await displacedBy(manager, facts, stopJob);
            found.setting = "Conflicts=";
        }
    }
    found.obstacle = co_await obstacleTo(manager, facts);
    co_return found;
}

} // namespace healer::systemd
