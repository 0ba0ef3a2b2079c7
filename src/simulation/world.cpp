// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace healer::simulation {

namespace {

namespace event = core::event;

constexpr int kSigkill = 9;

} // namespace

World::World(core::Plan plan, Habits habits, Observer observer, const core::SavedStates& before)
    : habits_(std::move(habits)), core_(std::move(plan), before), observer_(std::move(observer)),
      programs_(clock_, habits_, *this),
      monitors_(
          clock_, habits_, programs_, [this](const std::string& name) { return core_.processPlan(name); },
          [this](const core::Event& event) { report(event); }) {}

void World::continueFrom(const World& other) {
    clock_.set(other.now());
    programs_.continueFrom(other.programs_);
}

void World::begin() {
    take(core_.begin(now()));
}

void World::pass(core::Duration time) {
    const core::TimePoint end = now() + time;
    while (step(end)) {
    }
    clock_.set(end);
}

bool World::step(core::TimePoint end) {
    const auto deadline = core_.nextDeadline();
    const auto due = clock_.next();
    if (due && *due <= end && (!deadline || *due <= *deadline)) {
        clock_.doNext();
        return true;
    }
    if (deadline && *deadline <= end) {
        clock_.set(*deadline);
        take(core_.advance(now()));
        return true;
    }
    return false;
}

void World::request(event::Verb verb, const std::string& name, std::uint64_t id) {
    report(event::Request{verb, name, id});
}

void World::reload(core::Plan plan) {
    take(core_.reload(std::move(plan), now()));
}

void World::report(const core::Event& event) {
    take(core_.handle(event, now()));
}

void World::take(const core::Actions& actions) {
    observer_(now(), actions);
    for (const auto& action : actions) {
        std::visit([this](const auto& what) { act(what); }, action);
    }
}

bool World::end(const std::string& name, const core::Exit& exit) {
    const auto key = running(name);
    if (key) {
        programs_.end(*key, exit);
    }
    return key.has_value();
}

bool World::hang(const std::string& name, const Hang& hang) {
    const auto key = running(name);
    if (key) {
        programs_.hang(*key, hang.lasts);
    }
    return key.has_value();
}

void World::failStarts(const std::string& name, const FailingStarts& failing) {
    failing_[name] = failing.lasts ? std::optional(now() + *failing.lasts) : std::nullopt;
}

core::ProcessKey World::startElsewhere(const std::string& name) {
    const core::ProcessKey key = programs_.start(name);
    monitors_.startedElsewhere(key, name);
    return key;
}

void World::ready(core::ProcessKey key, const std::string& name) {
    monitors_.ready(key, name);
}

void World::hung(core::ProcessKey key, const std::string& name) {
    monitors_.hung(key, name);
}

void World::answersAgain(core::ProcessKey key, const std::string& name) {
    monitors_.answersAgain(key, name);
}

void World::ended(core::ProcessKey key, const std::string& name, const core::Exit& exit) {
    monitors_.ended(key, name, exit);
    clock_.after(kNoticeTime, [this, key] { launchSuccessors(key); });
}

void World::act(const core::action::Launch& launch) {
    launching_.insert_or_assign(launch.attempt, Launching{launch});
    clock_.after(habits_.start, [this, attempt = launch.attempt] { carryOut(attempt); });
}

void World::carryOut(std::uint64_t attempt) {
    const auto found = launching_.find(attempt);
    if (found == launching_.end()) {
        return; // withdrawn
    }
    found->second.waits = programs_.isAlive(found->second.order.predecessor);
    if (found->second.waits) {
        return;
    }
    const std::string name = found->second.order.name;
    launching_.erase(found);
    if (startFails(name)) {
        report(event::LaunchFinished{name, attempt, core::Error{"starts fail in this scenario"}});
        return;
    }
    ++launches_[name];
    report(event::LaunchFinished{name, attempt, core::Instance(programs_.start(name))});
}

void World::launchSuccessors(core::ProcessKey predecessor) {
    std::vector<std::uint64_t> attempts;
    for (const auto& [attempt, launching] : launching_) {
        if (launching.waits && core::processOf(launching.order.predecessor) == predecessor) {
            attempts.push_back(attempt);
        }
    }
    std::for_each(attempts.begin(), attempts.end(), [this](std::uint64_t attempt) { carryOut(attempt); });
}

bool World::startFails(const std::string& name) const {
    const auto failing = failing_.find(name);
    return habits_.startsFail ||
           (failing != failing_.end() && (!failing->second || now() < *failing->second));
}

void World::act(const core::action::Stop& stop) {
    const auto key = core::processOf(stop.instance);
    if (key && programs_.isAlive(stop.instance)) {
        programs_.signal(*key, stop.force ? kSigkill : stop.plan.signal);
        return;
    }
    clock_.after(kNoticeTime, [this, stop, exit = programs_.exitOf(key.value_or(core::ProcessKey{}))] {
        report(event::Down{stop.name, stop.instance, exit});
    });
}

bool World::isProbed(const std::string& name) const {
    const core::ProcessPlan* plan = core_.processPlan(name);
    return plan != nullptr && core::hasProbes(*plan);
}

int World::launches(const std::string& name) const {
    const auto found = launches_.find(name);
    return found == launches_.end() ? 0 : found->second;
}

bool World::launchInFlight(const std::string& name) const {
    return std::any_of(launching_.begin(), launching_.end(),
                       [&](const auto& entry) { return entry.second.order.name == name; });
}

} // namespace healer::simulation
