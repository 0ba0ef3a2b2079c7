// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/coordinator.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace healer::core::test {

using namespace std::chrono_literals;

/// A machine on fake time: it carries out the coordinator's actions against pretended processes, with
/// pretended delays.
class World {
public:
    struct Habits {
        Duration launchTime = 1ms;
        Duration lookTime = 2ms;
        Duration stopTime = 5ms;
        bool startsFail = false;
        bool ignoresSigterm = false;
        std::optional<Duration> diesAfter; ///< each new instance exits after this long
        Exit diesHow = exitFromWaitStatus(9);
        Duration readyTime = 20ms; ///< from a start until the probes pass
    };

    explicit World(Plan plan, const SavedStates& before = {}) : core_(std::move(plan), before) {}

    /// The same machine at the same moment: what runs there runs here.
    void continueFrom(const World& other) {
        now_ = other.now_;
        alive_ = other.alive_;
        lastPid_ = other.lastPid_;
    }

    void begin() { take(core_.begin(now_)); }
    void observeMoves(MoveObserver observer) { core_.observeMoves(std::move(observer)); }

    /// Lets time pass, doing whatever is due on the way.
    void pass(Duration time) {
        const TimePoint end = now_ + time;
        while (step(end)) {
        }
        now_ = end;
    }

    /// The next due thing up to `end`, if any.
    bool step(TimePoint end) {
        const auto deadline = core_.nextDeadline();
        const bool hasDue = !due_.empty() && due_.begin()->first <= end;
        if (hasDue && (!deadline || due_.begin()->first <= *deadline)) {
            auto node = due_.extract(due_.begin());
            now_ = std::max(now_, node.key());
            node.mapped()();
            return true;
        }
        if (deadline && *deadline <= end) {
            now_ = std::max(now_, *deadline);
            take(core_.advance(now_));
            return true;
        }
        return false;
    }

    void kill(const std::string& name, int status = 9) {
        if (const auto key = running(name)) {
            die(name, *key, exitFromWaitStatus(status));
        }
    }

    /// The instance lives on, but its probes fail; so does every later instance until it is cured.
    void hang(const std::string& name) {
        hanging_.insert(name);
        after(kProbeInterval, [this, name] { probe(name); });
    }
    void cure(const std::string& name) {
        hanging_.erase(name);
        after(kProbeInterval, [this, name] { probe(name); });
    }

    /// Somebody else starts an instance; the monitors notice it.
    ProcessKey startElsewhere(const std::string& name) {
        const ProcessKey key = makeInstance(name);
        after(1ms, [this, name, key] {
            if (alive_.contains(key)) {
                take(core_.handle(event::Up{name, key}, now_));
            }
        });
        return key;
    }

    std::uint64_t request(event::Verb verb, const std::string& name) {
        const std::uint64_t id = ++lastRequest_;
        take(core_.handle(event::Request{verb, name, id}, now_));
        return id;
    }

    void report(const Event& event) { take(core_.handle(event, now_)); }
    void reload(Plan plan) { take(core_.reload(std::move(plan), now_)); }

    [[nodiscard]] std::optional<ProcessKey> running(const std::string& name) const {
        for (const auto& [key, owner] : alive_) {
            if (owner == name) {
                return key;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] std::size_t copies(const std::string& name) const {
        return static_cast<std::size_t>(std::count_if(
            alive_.begin(), alive_.end(), [&](const auto& entry) { return entry.second == name; }));
    }
    [[nodiscard]] const ProcessView& view(const std::string& name) const { return *core_.view(name); }
    [[nodiscard]] pid_t pid(const std::string& name) const { return pidOf(view(name).instance); }
    [[nodiscard]] State state(const std::string& name) const { return view(name).state; }
    [[nodiscard]] const Coordinator& core() const { return core_; }
    [[nodiscard]] TimePoint now() const { return now_; }
    [[nodiscard]] bool launchInFlight(const std::string& name) const { return inFlight_.contains(name); }
    /// What was ordered is not all done yet.
    [[nodiscard]] bool isActing() const { return !inFlight_.empty() || signalsOnTheirWay_ > 0; }
    [[nodiscard]] const std::optional<Result<pid_t>>& answer(std::uint64_t id) const {
        static const std::optional<Result<pid_t>> kNone;
        const auto found = answers_.find(id);
        return found == answers_.end() ? kNone : found->second;
    }
    [[nodiscard]] std::size_t answered() const { return answers_.size(); }
    [[nodiscard]] std::uint64_t asked() const { return lastRequest_; }
    [[nodiscard]] SavedStates snapshots() const {
        SavedStates all;
        for (const auto& process : core_.plan().processes) {
            all.emplace(process->name, *core_.savedState(process->name));
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

    Habits habits;
    std::function<void(const std::string&)> onStart; ///< told of every start that the core orders
    std::map<std::string, int> launches;             ///< programs really started, by name
    std::map<std::string, int> watches;              ///< how often each is being watched
    std::map<ProcessKey, std::string> alive_;
    TimePoint now_{24h};

    void after(Duration delay, std::function<void()> what) { due_.emplace(now_ + delay, std::move(what)); }

    void die(const std::string& name, const Instance& key, const Exit& exit) {
        const auto process = processOf(key);
        if (!process || alive_.erase(*process) == 0) {
            return;
        }
        after(50us, [this, name, key, exit] { take(core_.handle(event::Down{name, key, exit}, now_)); });
    }

private:
    [[nodiscard]] bool isAlive(const Instance& instance) const {
        const auto process = processOf(instance);
        return process && alive_.contains(*process);
    }
    ProcessKey makeInstance(const std::string& name) {
        const ProcessKey key{++lastPid_, static_cast<std::uint64_t>(lastPid_) * 10};
        alive_.emplace(key, name);
        ++launches[name];
        if (habits.diesAfter) {
            after(*habits.diesAfter, [this, name, key] { die(name, key, habits.diesHow); });
        }
        return key;
    }

    void take(const Actions& actions) {
        for (const auto& action : actions) {
            std::visit([this](const auto& what) { act(what); }, action);
        }
    }

    static constexpr Duration kProbeInterval = 1s;

    /// What all probes of it see now, if it has any.
    void probe(const std::string& name) {
        const ProcessPlan* plan = core_.processPlan(name);
        const auto key = running(name);
        for (std::size_t i = 0; plan != nullptr && key && i < plan->monitors.size(); ++i) {
            if (plan->monitors[i].role != MonitorRole::probe) {
                continue;
            }
            if (hanging_.contains(name)) {
                take(core_.handle(event::Unhealthy{name, i, "tcp://" + name, "timed out"}, now_));
            } else {
                take(core_.handle(event::Healthy{name, i}, now_));
            }
        }
    }

    void look(const std::string& name) {
        after(habits.lookTime, [this, name] {
            if (const auto key = running(name)) {
                take(core_.handle(event::Up{name, *key}, now_));
                probe(name);
            } else {
                take(core_.handle(event::Absent{name, "not there"}, now_));
            }
        });
    }

    void act(const action::Watch& watch) {
        ++watches[watch.name];
        look(watch.name);
    }
    void act(const action::Look& wanted) { look(wanted.name); }
    void act(const action::Unwatch& unwatch) {
        if (--watches[unwatch.name] == 0) {
            watches.erase(unwatch.name);
        }
    }
    void act(const action::Track& track) {
        if (track.instance && !isAlive(*track.instance)) {
            after(10us, [this, track] {
                take(core_.handle(event::Down{track.name, *track.instance, exitFromWaitStatus(9)}, now_));
            });
        } else if (track.instance && tracked_[track.name] != *track.instance) {
            tracked_[track.name] = *track.instance;
            const bool hangs = hanging_.contains(track.name);
            after(hangs ? 30s : habits.readyTime, [this, name = track.name, key = *track.instance] {
                if (isAlive(key) && tracked_[name] == key) {
                    probe(name);
                }
            });
        }
    }
    void act(const action::Launch& launch) {
        if (onStart) {
            onStart(launch.name);
        }
        inFlight_.insert(launch.name);
        after(habits.launchTime, [this, launch] {
            if (cancelled_.contains(launch.attempt)) {
                return;
            }
            inFlight_.erase(launch.name);
            if (habits.startsFail) {
                take(core_.handle(event::LaunchFinished{launch.name, launch.attempt, Error{"no such file"}},
                                  now_));
                return;
            }
            const ProcessKey key = makeInstance(launch.name);
            take(core_.handle(event::LaunchFinished{launch.name, launch.attempt, Instance(key)}, now_));
        });
    }
    void act(const action::CancelLaunch& cancel) {
        cancelled_.insert(cancel.attempt);
        inFlight_.erase(cancel.name);
    }
    void act(const action::Stop& stop) {
        if (habits.ignoresSigterm && !stop.force) {
            return;
        }
        ++signalsOnTheirWay_;
        after(habits.stopTime, [this, stop] {
            --signalsOnTheirWay_;
            die(stop.name, stop.instance, exitFromWaitStatus(stop.force ? 9 : 15));
        });
    }
    void act(const action::Reply& reply) {
        if (!answers_.emplace(reply.id, reply.outcome).second) {
            throw std::logic_error("a request was answered twice");
        }
    }
    void act(const action::Changed& /*changed*/) {}
    void act(const action::Announce& announce) { announced_.push_back(announce); }

    Coordinator core_;
    std::multimap<TimePoint, std::function<void()>> due_;
    std::set<std::uint64_t> cancelled_;
    std::set<std::string> inFlight_;
    std::set<std::string> hanging_;
    int signalsOnTheirWay_ = 0;
    std::map<std::string, Instance> tracked_;
    std::map<std::uint64_t, std::optional<Result<pid_t>>> answers_;
    std::vector<action::Announce> announced_;
    pid_t lastPid_ = 1000;
    std::uint64_t lastRequest_ = 0;
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
