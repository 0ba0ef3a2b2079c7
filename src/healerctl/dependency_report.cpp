// SPDX-License-Identifier: Apache-2.0
#include "healerctl/dependency_report.hpp"

#include "healerctl/text.hpp"

#include <algorithm>
#include <map>
#include <ostream>
#include <set>

namespace healer::healerctl {

namespace {

using nlohmann::json;

/// The processes by name, and which needs which.
class Graph {
public:
    explicit Graph(const std::vector<ProcessStatus>& processes) {
        for (const ProcessStatus& process : processes) {
            processes_.emplace(process.name, &process);
            for (const DependencyStatus& dependency : process.dependencies) {
                targets_[process.name].insert(dependency.target);
                dependents_[dependency.target].insert(process.name);
            }
        }
    }

    [[nodiscard]] const ProcessStatus* process(const std::string& name) const {
        const auto found = processes_.find(name);
        return found == processes_.end() ? nullptr : found->second;
    }
    [[nodiscard]] std::string state(const std::string& name) const {
        const ProcessStatus* known = process(name);
        return known == nullptr ? "unknown" : known->stateWord;
    }
    [[nodiscard]] bool needs(const std::string& name, const std::string& target) const {
        const auto found = targets_.find(name);
        return found != targets_.end() && found->second.contains(target);
    }
    [[nodiscard]] bool hasTargets(const std::string& name) const { return targets_.contains(name); }
    [[nodiscard]] std::set<std::string> dependents(const std::string& name) const {
        const auto found = dependents_.find(name);
        return found == dependents_.end() ? std::set<std::string>() : found->second;
    }
    [[nodiscard]] const auto& processes() const { return processes_; }

    void add(const std::string& name, const std::string& target) { targets_[name].insert(target); }
    /// Whether `from` depends on `to`, directly or not.
    [[nodiscard]] bool reaches(const std::string& from, const std::string& to) const {
        std::set<std::string> seen{from};
        std::vector<std::string> next{from};
        while (!next.empty()) {
            const std::string name = next.back();
            next.pop_back();
            if (name == to) {
                return true;
            }
            if (const auto found = targets_.find(name); found != targets_.end()) {
                for (const std::string& target : found->second) {
                    if (seen.insert(target).second) {
                        next.push_back(target);
                    }
                }
            }
        }
        return false;
    }

private:
    std::map<std::string, const ProcessStatus*> processes_;
    std::map<std::string, std::set<std::string>> targets_;
    std::map<std::string, std::set<std::string>> dependents_;
};

/// Prints one process and, below it, what it needs; what was shown before is not unfolded again.
class Tree {
public:
    Tree(const Terminal& terminal, const Graph& graph) : terminal_(terminal), graph_(graph) {}

    void print(const std::string& name) {
        terminal_.out << painted(terminal_, Tone::bold, printable(name)) << " (" << stateText(name) << ")\n";
        shown_.insert(name);
        below(name, "");
    }

private:
    [[nodiscard]] std::string stateText(const std::string& name) const {
        const ProcessStatus* process = graph_.process(name);
        return painted(terminal_, toneOf(process == nullptr ? std::nullopt : process->state),
                       printable(graph_.state(name)));
    }

    void below(const std::string& name, const std::string& indent) {
        const ProcessStatus* process = graph_.process(name);
        const std::size_t count = process == nullptr ? 0 : process->dependencies.size();
        for (std::size_t i = 0; i < count; ++i) {
            const bool last = i + 1 == count;
            edge(process->dependencies[i], indent + (last ? "└─ " : "├─ "), indent + (last ? "   " : "│  "));
        }
    }

    void edge(const DependencyStatus& dependency, const std::string& branch, const std::string& indent) {
        const std::string& target = dependency.target;
        terminal_.out << branch << printable(dependency.kind) << ' ' << printable(target) << " ("
                      << stateText(target) << ')';
        if (dependency.kind != "after") {
            terminal_.out << ", "
                          << (dependency.hard ? "hard, on failure: " + printable(dependency.onFailure)
                                              : std::string("soft"));
        }
        terminal_.out << "  [" << printable(dependency.origin) << ']';
        const bool again = graph_.hasTargets(target) && !shown_.insert(target).second;
        terminal_.out << (again ? "  (see above)" : "") << '\n';
        if (!again) {
            below(target, indent);
        }
    }

    const Terminal& terminal_;
    const Graph& graph_;
    std::set<std::string> shown_;
};

std::string joined(const std::set<std::string>& names) {
    std::string result;
    for (const std::string& name : names) {
        result += (result.empty() ? "" : ", ") + printable(name);
    }
    return result;
}

} // namespace

void printDependencies(const Terminal& terminal, const std::vector<ProcessStatus>& processes,
                       const std::optional<std::string>& name) {
    const Graph graph(processes);
    Tree tree(terminal, graph);
    if (name) {
        tree.print(*name);
        const auto dependents = graph.dependents(*name);
        terminal.out << (dependents.empty() ? "Nothing depends on it.\n"
                                            : "Needed by: " + joined(dependents) + "\n");
        return;
    }
    std::set<std::string> alone;
    for (const auto& [process, value] : graph.processes()) {
        if (!graph.dependents(process).empty()) {
            continue;
        }
        graph.hasTargets(process) ? tree.print(process) : void(alone.insert(process));
    }
    if (!alone.empty()) {
        terminal.out << "Without dependencies: " << joined(alone) << '\n';
    }
}

void printDependenciesAsJson(const Terminal& terminal, const std::vector<ProcessStatus>& processes,
                             const std::optional<std::string>& name) {
    const Graph graph(processes);
    json edges = json::array();
    for (const auto& [process, value] : graph.processes()) {
        if (name && process != *name) {
            continue;
        }
        for (const DependencyStatus& edge : value->dependencies) {
            edges.push_back({{"process", process},
                             {"target", edge.target},
                             {"kind", edge.kind},
                             {"hard", edge.hard},
                             {"on_failure", edge.onFailure},
                             {"from", edge.origin},
                             {"target_state", graph.state(edge.target)}});
        }
    }
    printJson(terminal, edges);
}

void printSuggestions(const Terminal& terminal, const std::vector<ProcessStatus>& processes,
                      const std::vector<SeenEdge>& seen) {
    Graph graph(processes);
    std::vector<SeenEdge> fresh;
    std::copy_if(seen.begin(), seen.end(), std::back_inserter(fresh),
                 [&](const SeenEdge& edge) { return !graph.needs(edge.source, edge.target); });
    if (terminal.json != JsonStyle::off) {
        json edges = json::array();
        for (const SeenEdge& edge : fresh) {
            edges.push_back({{"process", edge.source}, {"target", edge.target}, {"reason", edge.reason}});
        }
        printJson(terminal, edges);
        return;
    }
    if (fresh.empty()) {
        terminal.out << (seen.empty() ? "# No watched process is connected to another one now.\n"
                                      : "# All connections that are seen now are in the configuration.\n");
        return;
    }
    terminal.out << "# Seen on this system. Take over into the entries of these processes what is meant.\n"
                    "processes:\n";
    std::string source;
    for (const SeenEdge& edge : fresh) {
        if (edge.source != source) {
            source = edge.source;
            terminal.out << "  - name: " << printable(source) << "\n    dependencies:\n";
        }
        terminal.out << "      # " << printable(edge.reason) << '\n';
        const bool cycle = graph.reaches(edge.target, edge.source);
        terminal.out << "      " << (cycle ? "# not together with the opposite direction: " : "") << "- "
                     << printable(edge.target) << '\n';
        if (!cycle) {
            graph.add(edge.source, edge.target);
        }
    }
}

} // namespace healer::healerctl
