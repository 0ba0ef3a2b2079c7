// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/world.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace healer::core::test {

using namespace std::chrono_literals;
using simulation::Habits;
using simulation::StopSignalEnds;

/// A machine on which everything is quick.
inline Habits quickHabits() {
    Habits habits;
    habits.start = 1ms;
    habits.ready = 20ms;
    habits.stop = 5ms;
    habits.look = 2ms;
    habits.interval = 1s;
    habits.stopSignalEnds = StopSignalEnds::every;
    return habits;
}

/// The pretended machine with short names for what tests do to it, and a record of what the core decides.
class World : public simulation::World {
public:
    explicit World(Plan plan, const SavedStates& before = {})
        : simulation::World(
              std::move(plan), quickHabits(),
              [this](TimePoint /*now*/, const Actions& actions) { observe(actions); }, before) {}

    using simulation::World::hang;

    void kill(const std::string& name, int status = 9) { (void)end(name, exitFromWaitStatus(status)); }
    /// The instance lives on, but its probes fail; so do those of every later instance until it is cured.
    void hang(const std::string& name) { programs().hangAll(name); }
    void cure(const std::string& name) { programs().cure(name); }
    /// An instance that no monitor notices until it looks for one.
    ProcessKey startUnnoticed(const std::string& name) { return programs().add(name); }
    /// The running instance is gone, and no monitor notices it.
    void vanish(const std::string& name) {
        if (const auto key = running(name)) {
            programs().remove(*key);
        }
    }

    std::uint64_t request(event::Verb verb, const std::string& name) {
        simulation::World::request(verb, name, ++lastRequest_);
        return lastRequest_;
    }

    [[nodiscard]] const ProcessView& view(const std::string& name) const { return *core().view(name); }
    [[nodiscard]] pid_t pid(const std::string& name) const { return pidOf(view(name).instance); }
    [[nodiscard]] State state(const std::string& name) const { return view(name).state; }
    [[nodiscard]] const std::optional<Result<pid_t>>& answer(std::uint64_t id) const {
        static const std::optional<Result<pid_t>> kNone;
        const auto found = answers_.find(id);
        return found == answers_.end() ? kNone : found->second;
    }
    [[nodiscard]] std::size_t answered() const { return answers_.size(); }
    [[nodiscard]] std::uint64_t asked() const { return lastRequest_; }
    [[nodiscard]] SavedStates snapshots() const {
        SavedStates all;
        for (const auto& process : core().plan().processes) {
            all.emplace(process->name, *core().savedState(process->name));
        }
        return all;
    }
    template <typename T>
    [[nodiscard]] std::vector<T> notices(const std::string& name) const {
        std::vector<T> found;
        for (const auto& announced : announced_) {
            if (announced.name == name && std::holds_alternative<T>(announced.notice)) {
                found.push_back(std::get<T>(announced.notice));
            }
        }
        return found;
    }
    /// How many times it is being watched.
    [[nodiscard]] int watches(const std::string& name) const {
        const auto found = watches_.find(name);
        return found == watches_.end() ? 0 : found->second;
    }

    /// The number of starts that were ordered while the predecessor was running. The machine makes them wait.
    [[nodiscard]] int hastyStarts() const { return hastyStarts_; }

    std::function<void(const std::string&)> onStart; ///< called with the name for each start that is ordered

private:
    void observe(const Actions& actions) {
        for (const auto& action : actions) {
            std::visit([this](const auto& what) { record(what); }, action);
        }
    }

    void record(const action::Watch& watch) { ++watches_[watch.name]; }
    void record(const action::Unwatch& unwatch) { --watches_[unwatch.name]; }
    void record(const action::Launch& launch) {
        hastyStarts_ += programs().isAlive(launch.predecessor) ? 1 : 0;
        if (onStart) {
            onStart(launch.name);
        }
    }
    void record(const action::Reply& reply) {
        if (!answers_.emplace(reply.id, reply.outcome).second) {
            throw std::logic_error("a request was answered twice");
        }
    }
    void record(const action::Announce& announce) { announced_.push_back(announce); }
    template <typename Other>
    void record(const Other& /*other*/) {}

    std::map<std::string, int> watches_;
    std::map<std::uint64_t, std::optional<Result<pid_t>>> answers_;
    std::vector<action::Announce> announced_;
    std::uint64_t lastRequest_ = 0;
    int hastyStarts_ = 0;
};

inline ProcessPlan processPlan(const std::string& name) {
    ProcessPlan plan;
    plan.name = name;
    plan.command.path = "/usr/bin/" + name;
    plan.monitors = {MonitorPlan{"ebpf", {}, false}};
    return plan;
}

/// Also has a probe, so that it is up only when that passes.
inline ProcessPlan probedPlan(const std::string& name) {
    ProcessPlan plan = processPlan(name);
    plan.monitors.push_back(
        MonitorPlan{"network", {{"target_url", "tcp://" + name}}, true, MonitorRole::probe});
    return plan;
}

inline ProcessPlan dependent(ProcessPlan plan, std::vector<DependencyPlan> on) {
    plan.dependencies = std::move(on);
    return plan;
}

inline Plan planOf(const std::vector<ProcessPlan>& processes) {
    Plan plan;
    plan.processes.assign(processes.begin(), processes.end());
    return plan;
}

} // namespace healer::core::test
