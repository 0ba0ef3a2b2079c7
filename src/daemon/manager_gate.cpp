// SPDX-License-Identifier: Apache-2.0
#include "daemon/manager_gate.hpp"

#include "runtime/pidfd.hpp"
#include "systemd/awaits.hpp"

#include <utility>
#include <variant>

namespace healer::daemon {

namespace {

/// How often, and how many times, it is looked whether there is a connection to PID 1.
constexpr core::Duration kPause = std::chrono::milliseconds(20);
constexpr unsigned kMostPauses = 100;

} // namespace

bool ManagerGate::hasToWait(const core::Event& event) const {
    if (const auto* up = std::get_if<core::event::Up>(&event)) {
        return !up->unit.empty();
    }
    const auto* manager = parts_.manager();
    return std::holds_alternative<core::event::Down>(event) && manager != nullptr && manager->hasUnread();
}

void ManagerGate::pass(core::Event event) {
    const std::string name = std::visit([](const auto& what) { return what.name; }, event);
    const auto line = waiting_.find(name);
    if (line == waiting_.end() && !hasToWait(event)) {
        parts_.post(std::move(event));
        return;
    }
    waiting_[name].events.push_back(std::move(event));
    if (line == waiting_.end()) {
        advance(name);
    }
}

/// Passes on what need not wait. Each event may lead to the end of the line.
void ManagerGate::advance(const std::string& process) {
    for (auto line = waiting_.find(process); line != waiting_.end(); line = waiting_.find(process)) {
        auto& [events, flow] = line->second;
        if (events.empty()) {
            waiting_.erase(line);
            return;
        }
        core::Event event = std::move(events.front());
        events.pop_front();
        if (hasToWait(event)) {
            const auto checked = [this, process](core::Event result) {
                const auto finished = std::move(waiting_.at(process).flow);
                parts_.post(std::move(result));
                advance(process);
            };
            flow = std::make_unique<runtime::Flow>(parts_.loop, check(std::move(event)),
                                                   std::function<void(core::Event)>(checked));
            flow->start();
            return;
        }
        parts_.post(std::move(event));
    }
}

runtime::Task<core::Event> ManagerGate::check(core::Event event) {
    if (auto* up = std::get_if<core::event::Up>(&event)) {
        co_return co_await checkOwner(std::move(*up));
    }
    co_await systemd::allRead(*parts_.manager());
    co_return event;
}

runtime::Task<core::Event> ManagerGate::checkOwner(core::event::Up up) {
    const std::string unit = std::exchange(up.unit, {});
    auto* manager = parts_.demandManager();
    for (unsigned i = 0; manager != nullptr && !manager->isConnected() && i < kMostPauses; ++i) {
        const auto soon = parts_.loop.now() + kPause;
        co_await runtime::until(parts_.loop, soon);
    }
    if (manager == nullptr) {
        co_return up;
    }
    const auto answer = co_await systemd::read(*manager, unit);
    if (const auto* facts = std::get_if<systemd::UnitFacts>(&answer)) {
        if (systemd::isActive(*facts) && facts->mainPid == core::pidOf(up.instance)) {
            up.unit = facts->id;
        }
    }
    const auto process = core::processOf(up.instance);
    if (process && !runtime::mayRun(*process)) {
        co_return core::event::Absent{up.name, "it ended while it was looked at"};
    }
    co_return up;
}

} // namespace healer::daemon
