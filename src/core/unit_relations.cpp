// SPDX-License-Identifier: Apache-2.0
#include "core/unit_relations.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace healer::core {

namespace {

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Who depends on whom, while edges are being added.
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

/// The edge that a unit file means by naming this unit; none where it does not.
std::optional<DependencyPlan> edgeTo(const std::string& target, const std::string& unit,
                                     const UnitRelations& relations) {
    DependencyPlan edge{.target = target};
    if (contains(relations.bindsTo, unit)) {
        edge.origin = "BindsTo=";
    } else if (contains(relations.requirements, unit)) {
        edge.origin = "Requires=";
    } else if (contains(relations.after, unit)) {
        edge.kind = DependencyKind::after;
        edge.origin = "After=";
    } else {
        return std::nullopt;
    }
    return edge;
}

} // namespace

std::multimap<std::string, std::string> takeOverUnitDependencies(Plan& plan,
                                                                 const RelationsByProcess& relations) {
    std::multimap<std::string, std::string> omitted;
    if (std::none_of(plan.processes.begin(), plan.processes.end(),
                     [](const auto& process) { return process->unitDependencies; })) {
        return omitted;
    }
    Graph graph(plan);
    for (auto& process : plan.processes) {
        const auto known = relations.find(process->name);
        if (!process->unitDependencies || known == relations.end()) {
            continue;
        }
        ProcessPlan fresh = *process;
        fresh.dependencies.clear();
        for (const auto& other : plan.processes) {
            const bool apart = !other->unit.empty() && other->enabled && other->name != process->name;
            auto edge = apart ? edgeTo(other->name, other->unit, known->second) : std::nullopt;
            if (edge && graph.reaches(other->name, process->name)) {
                omitted.emplace(process->name, "does not wait for " + other->name +
                                                   ", although its unit has " + edge->origin + other->unit +
                                                   ": that would be a cycle of dependencies");
            } else if (edge) {
                graph.add(process->name, other->name);
                fresh.dependencies.push_back(std::move(*edge));
            }
        }
        if (fresh.dependencies != process->dependencies) {
            process = std::move(fresh);
        }
    }
    return omitted;
}

} // namespace healer::core
