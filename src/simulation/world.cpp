// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.hpp"

#include <algorithm>
#include <utility>

namespace healer::simulation {

namespace {

using namespace std::chrono_literals;
namespace event = core::event;

/// From an end to the report of it.
constexpr core::Duration kNoticeTime = 50us;
/// A pretended machine has been up for a while, so that no instant lies before the boot.
constexpr core::TimePoint kBeginning{24h};
constexpr int kSigkill = 9;

template <typename T>
T argument(const core::MonitorPlan& monitor, std::string_view name, T otherwise) {
    const auto found = monitor.args.find(name);
    const T* value = found == monitor.args.end() ? nullptr : std::get_if<T>(&found->second);
    return value == nullptr ? otherwise : *value;
}

/// How long this many probes take.
core::Duration probing(const core::MonitorPlan& monitor, std::string_view threshold) {
    return argument(monitor, "interval_secs", core::Duration(5s)) *
           argument(monitor, threshold, std::int64_t{1});
}

} // namespace

World::World(core::Plan plan, Habits habits, Observer observer)
    : core_(std::move(plan), {}), habits_(habits), observer_(std::move(observer)), now_(kBeginning) {}

void World::begin() {
    take(core_.begin(now_));
}

void World::pass(core::Duration time) {
    const core::TimePoint end = now_ + time;
    while (step(end)) {
    }
    now_ = end;
}

bool World::step(core::TimePoint end) {
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

bool World::end(const std::string& name, const core::Exit& exit) {
    const auto key = running(name);
    if (key) {
        die(*key, exit);
    }
    return key.has_value();
}

bool World::hang(const std::string& name, const Hang& hang) {
    const auto key = running(name);
    if (!key) {
        return false;
    }
    alive_.at(*key).hung = true;
    noticeFailing(name, "hangs", [this, key = *key] {
        const auto found = alive_.find(key);
        return found != alive_.end() && found->second.hung;
    });
    if (hang.lasts) {
        after(*hang.lasts, [this, key = *key] { wakeUp(key); });
    }
    return true;
}

void World::wakeUp(core::ProcessKey key) {
    const auto found = alive_.find(key);
    if (found == alive_.end()) {
        return;
    }
    found->second.hung = false;
    if (found->second.pendingEnd) {
        die(key, *found->second.pendingEnd);
        return;
    }
    const std::string name = found->second.name;
    const core::ProcessPlan* plan = core_.processPlan(name);
    for (std::size_t i = 0; plan != nullptr && i < plan->monitors.size(); ++i) {
        if (plan->monitors[i].role == core::MonitorRole::probe) {
            after(probing(plan->monitors[i], "success_threshold"), [this, key, name, i] {
                const auto instance = alive_.find(key);
                if (instance != alive_.end() && !instance->second.hung) {
                    deliver(event::Healthy{name, i});
                }
            });
        }
    }
    if (!found->second.ready) {
        becomeReady(key);
    }
}

void World::failStarts(const std::string& name, const FailingStarts& failing) {
    failing_[name] = failing.lasts ? std::optional(now_ + *failing.lasts) : std::nullopt;
}

void World::request(event::Verb verb, const std::string& name, std::uint64_t id) {
    deliver(event::Request{verb, name, id});
}

std::optional<core::ProcessKey> World::running(const std::string& name) const {
    const auto found = std::find_if(alive_.begin(), alive_.end(),
                                    [&](const auto& entry) { return entry.second.name == name; });
    return found == alive_.end() ? std::nullopt : std::optional(found->first);
}

std::size_t World::copies(const std::string& name) const {
    return static_cast<std::size_t>(std::count_if(
        alive_.begin(), alive_.end(), [&](const auto& entry) { return entry.second.name == name; }));
}

bool World::isProbed(const std::string& name) const {
    const core::ProcessPlan* plan = core_.processPlan(name);
    return plan != nullptr && std::any_of(plan->monitors.begin(), plan->monitors.end(),
                                          [](const auto& m) { return m.role == core::MonitorRole::probe; });
}

void World::after(core::Duration delay, std::function<void()> what) {
    due_.emplace(now_ + delay, std::move(what));
}

void World::deliver(const core::Event& event) {
    take(core_.handle(event, now_));
}

void World::take(const core::Actions& actions) {
    observer_(now_, actions);
    for (const auto& action : actions) {
        std::visit([this](const auto& what) { act(what); }, action);
    }
}

void World::act(const core::action::Watch& watch) {
    after(habits_.look, [this, name = watch.name] { answerLook(name); });
}

void World::act(const core::action::Look& look) {
    after(habits_.look, [this, name = look.name] { answerLook(name); });
}

void World::act(const core::action::Unwatch& unwatch) {
    followed_.erase(unwatch.name);
}

void World::act(const core::action::Track& track) {
    if (!track.instance) {
        followed_.erase(track.name);
        return;
    }
    followed_[track.name] = *track.instance;
    if (const auto ended = ended_.find(core::processOf(track.instance).value_or(core::ProcessKey{}));
        ended != ended_.end()) {
        after(kNoticeTime, [this, track, exit = ended->second] {
            deliver(event::Down{track.name, *track.instance, exit});
        });
    }
}

void World::act(const core::action::Launch& launch) {
    after(habits_.start, [this, launch] { startProgram(launch); });
}

void World::act(const core::action::CancelLaunch& cancel) {
    cancelled_.insert(cancel.attempt);
}

void World::act(const core::action::Stop& stop) {
    const auto named = alive_.find(core::processOf(stop.instance).value_or(core::ProcessKey{}));
    const auto key = named != alive_.end()             ? std::optional(named->first)
                     : core::pidOf(stop.instance) == 0 ? running(stop.name)
                                                       : std::nullopt;
    if (!key) {
        after(kNoticeTime, [this, stop] { deliver(event::Down{stop.name, stop.instance, {}}); });
        return;
    }
    const core::ProcessPlan* plan = core_.processPlan(stop.name);
    const int signal = stop.force || plan == nullptr ? kSigkill : plan->stop.signal;
    const core::Exit exit = core::exitFromWaitStatus(signal);
    Instance& instance = alive_.at(*key);
    if (instance.hung && signal != kSigkill) {
        instance.pendingEnd = exit;
        return;
    }
    after(habits_.stop, [this, key = *key, exit] { die(key, exit); });
}

/// As all monitors of the process together: absent only when all of them say so.
void World::answerLook(const std::string& name) {
    const core::ProcessPlan* plan = core_.processPlan(name);
    if (plan == nullptr) {
        return;
    }
    const auto key = running(name);
    const bool ready = key && alive_.at(*key).ready;
    const bool answers = ready && !alive_.at(*key).hung;
    bool seen = key && plan->monitors.empty();
    std::vector<core::Event> found;
    for (std::size_t i = 0; key && i < plan->monitors.size(); ++i) {
        const core::MonitorPlan& monitor = plan->monitors[i];
        if (monitor.role == core::MonitorRole::probe) {
            if (answers) {
                found.emplace_back(event::Healthy{name, i});
            }
        } else {
            seen = seen || ready || !monitor.confirmsStart;
        }
    }
    if (seen) {
        found.insert(found.begin(), event::Up{name, *key});
    }
    if (found.empty()) {
        found.emplace_back(event::Absent{name, "not running"});
    }
    for (const auto& answer : found) {
        deliver(answer);
    }
}

void World::startProgram(const core::action::Launch& launch) {
    if (cancelled_.contains(launch.attempt)) {
        return;
    }
    if (const auto predecessor = core::processOf(launch.predecessor);
        predecessor && alive_.contains(*predecessor)) {
        waiting_.insert_or_assign(*predecessor, launch);
        return;
    }
    if (const auto fails = failing_.find(launch.name);
        fails != failing_.end() && (!fails->second || now_ < *fails->second)) {
        deliver(
            event::LaunchFinished{launch.name, launch.attempt, core::Error{"starts fail in this scenario"}});
        return;
    }
    const core::ProcessKey key{++lastPid_, static_cast<std::uint64_t>(lastPid_)};
    alive_.emplace(key, Instance{launch.name, false, false, {}});
    deliver(event::LaunchFinished{launch.name, launch.attempt, core::Instance(key)});
    after(habits_.ready, [this, key] { becomeReady(key); });
}

void World::becomeReady(core::ProcessKey key) {
    const auto found = alive_.find(key);
    const core::ProcessPlan* plan = found == alive_.end() ? nullptr : core_.processPlan(found->second.name);
    if (plan == nullptr || found->second.hung) {
        return;
    }
    found->second.ready = true;
    const std::string name = plan->name;
    const auto monitors = plan->monitors;
    if (std::any_of(monitors.begin(), monitors.end(), [](const auto& monitor) {
            return monitor.role == core::MonitorRole::instance && monitor.confirmsStart;
        })) {
        deliver(event::Up{name, key});
    }
    for (std::size_t i = 0; i < monitors.size(); ++i) {
        if (monitors[i].role == core::MonitorRole::probe) {
            deliver(event::Healthy{name, i});
        }
    }
}

void World::die(core::ProcessKey key, const core::Exit& exit) {
    const auto found = alive_.find(key);
    if (found == alive_.end()) {
        return;
    }
    const std::string name = found->second.name;
    alive_.erase(found);
    ended_.emplace(key, exit);
    after(kNoticeTime, [this, name, key, exit] {
        deliver(event::Down{name, key, exit});
        if (auto waiting = waiting_.extract(key); !waiting.empty()) {
            startProgram(waiting.mapped());
        }
    });
    noticeFailing(name, "connection refused", [this, name, key] {
        const auto followed = followed_.find(name);
        const bool unnoticed = followed != followed_.end() && (followed->second == core::Instance(key) ||
                                                               core::pidOf(followed->second) == 0);
        return unnoticed && !running(name);
    });
}

void World::noticeFailing(const std::string& name, const std::string& reason,
                          const std::function<bool()>& stillFails) {
    const core::ProcessPlan* plan = core_.processPlan(name);
    for (std::size_t i = 0; plan != nullptr && i < plan->monitors.size(); ++i) {
        const core::MonitorPlan& monitor = plan->monitors[i];
        if (monitor.role != core::MonitorRole::probe) {
            continue;
        }
        const std::string probe = argument(monitor, "target_url", monitor.type);
        after(probing(monitor, "failure_threshold"), [this, name, probe, reason, stillFails, i] {
            if (stillFails()) {
                deliver(event::Unhealthy{name, i, probe, reason});
            }
        });
    }
}

} // namespace healer::simulation
