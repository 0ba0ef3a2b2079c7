// SPDX-License-Identifier: Apache-2.0
#include "core/unit_relations.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace healer::core {

namespace {

using Names = std::vector<std::string>;

/// The edges between processes, while more are being added.
class Graph {
public:
    explicit Graph(const Plan& plan) {
        for (const auto& process : plan.processes) {
            for (const auto& dependency : process->dependencies) {
                if (dependency.origin.empty()) {
                    targets_[process->name].push_back(dependency.target);
                }
            }
        }
    }

    void add(const std::string& from, const std::string& to) { targets_[from].push_back(to); }

    [[nodiscard]] bool reaches(const std::string& from, const std::string& to) const {
        std::set<std::string> seen{from};
        Names next{from};
        while (!next.empty()) {
            const std::string name = std::move(next.back());
            next.pop_back();
            if (name == to) {
                return true;
            }
            const auto found = targets_.find(name);
            for (const auto& target : found == targets_.end() ? Names{} : found->second) {
                if (seen.insert(target).second) {
                    next.push_back(target);
                }
            }
        }
        return false;
    }

private:
    std::map<std::string, Names> targets_;
};

/// Processes of the plan by their units.
using Owners = std::map<std::string, std::string>;

Owners ownersOf(const Plan& plan) {
    Owners owners;
    for (const auto& process : plan.processes) {
        if (process->enabled && !process->unit.empty()) {
            owners.emplace(process->unit, process->name);
        }
    }
    return owners;
}

/// The edges that a unit file means, by their targets; the strongest where it names one more than once.
std::map<std::string, DependencyPlan> edgesOf(const UnitRelations& relations, const Owners& owners) {
    std::map<std::string, DependencyPlan> edges;
    const auto add = [&](const Names& units, DependencyKind kind, const char* origin) {
        for (const auto& unit : units) {
            if (const auto owner = owners.find(unit); owner != owners.end()) {
                edges.try_emplace(owner->second,
                                  DependencyPlan{.target = owner->second, .kind = kind, .origin = origin});
            }
        }
    };
    add(relations.bindsTo, DependencyKind::requirement, "BindsTo=");
    add(relations.requirements, DependencyKind::requirement, "Requires=");
    add(relations.after, DependencyKind::after, "After=");
    return edges;
}

} // namespace

bool UnitRelationBook::learn(const std::string& process, const UnitRelations& relations) {
    UnitRelations& known = relations_[process];
    return std::exchange(known, relations) != relations;
}

void UnitRelationBook::forget(const std::string& process) {
    relations_.erase(process);
}

void UnitRelationBook::complete(Plan& plan) const {
    (void)takeOver(plan);
}

std::vector<std::pair<std::string, std::string>> UnitRelationBook::completeAndReport(Plan& plan) {
    auto omitted = takeOver(plan);
    std::vector<std::pair<std::string, std::string>> news;
    for (const auto& edge : omitted) {
        const auto [first, last] = omitted_.equal_range(edge.first);
        if (std::none_of(first, last, [&](const auto& known) { return known.second == edge.second; })) {
            news.emplace_back(edge);
        }
    }
    omitted_ = std::move(omitted);
    return news;
}

std::span<const std::string> UnitRelationBook::boundTo(const std::string& process) const {
    const auto found = relations_.find(process);
    return found == relations_.end() ? std::span<const std::string>() : found->second.bindsTo;
}

std::vector<std::string> UnitRelationBook::boundBy(const std::string& unit) const {
    std::vector<std::string> processes;
    for (const auto& [name, relations] : relations_) {
        if (std::ranges::find(relations.bindsTo, unit) != relations.bindsTo.end()) {
            processes.push_back(name);
        }
    }
    return processes;
}

UnitRelationBook::Omitted UnitRelationBook::takeOver(Plan& plan) const {
    Omitted omitted;
    if (std::none_of(plan.processes.begin(), plan.processes.end(),
                     [](const auto& process) { return process->unitDependencies; })) {
        return omitted;
    }
    Graph graph(plan);
    const Owners owners = ownersOf(plan);
    for (auto& process : plan.processes) {
        const auto known = relations_.find(process->name);
        if (!process->unitDependencies || known == relations_.end()) {
            continue;
        }
        ProcessPlan fresh = *process;
        fresh.dependencies.clear();
        for (auto& [target, edge] : edgesOf(known->second, owners)) {
            if (target == process->name) {
                continue;
            }
            if (graph.reaches(target, process->name)) {
                omitted.emplace(process->name, "does not wait for " + target + ", although its unit says " +
                                                   edge.origin + ": that would be a cycle of dependencies");
            } else {
                graph.add(process->name, target);
                fresh.dependencies.push_back(std::move(edge));
            }
        }
        if (fresh.dependencies != process->dependencies) {
            process = std::move(fresh);
        }
    }
    return omitted;
}

} // namespace healer::core
