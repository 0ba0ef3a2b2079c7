// SPDX-License-Identifier: Apache-2.0
#include "core/target_tracker.hpp"

#include <utility>

namespace healer::core {

void TargetTracker::link(const Plan& plan) {
    auto before = std::exchange(targets_, {});
    for (const auto& process : plan.processes) {
        for (const auto& dependency : process->dependencies) {
            auto [entry, fresh] = targets_.try_emplace(dependency.target);
            if (const auto known = before.find(dependency.target); fresh && known != before.end()) {
                entry->second = std::move(known->second);
                entry->second.dependents.clear();
            }
            entry->second.dependents.push_back(process->name);
        }
    }
}

TargetTracker::Change TargetTracker::note(const std::string& name, const TargetFacts& facts,
                                          const std::optional<Instance>& readyInstance, TimePoint now) {
    const auto found = targets_.find(name);
    if (found == targets_.end()) {
        return {};
    }
    Target& target = found->second;
    if (target.instance && readyInstance != target.instance && !target.lostAt) {
        target.lostAt = now;
    }
    Change change;
    const auto lostAt = readyInstance ? std::exchange(target.lostAt, std::nullopt) : std::nullopt;
    if (lostAt && readyInstance != target.instance) {
        change.restartedAfter = lostAt;
    }
    target.instance = readyInstance ? readyInstance : target.instance;
    const bool changed = std::exchange(target.facts, facts) != facts;
    if (changed || change.restartedAfter) {
        change.dependents = &target.dependents;
    }
    return change;
}

} // namespace healer::core
