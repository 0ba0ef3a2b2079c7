// SPDX-License-Identifier: Apache-2.0
#include "daemon/manager_gate.hpp"

#include "runtime/pidfd.hpp"
#include "systemd/awaits.hpp"
#include "systemd/missed_end.hpp"

#include <utility>
#include <variant>

namespace healer::daemon {

namespace {

/// How often, and how many times, it is looked whether there is a connection to PID 1.
constexpr core::Duration kPause = std::chrono::milliseconds(20);
constexpr unsigned kMostPauses = 100;

} // namespace

bool ManagerGate::hasToWait(const core::Event& event) const {
    const auto* manager = parts_.manager();
    if (const auto* up = std::get_if<core::event::Up>(&event)) {
        return !up->unit.empty() || (up->ownUnit && !up->named && manager != nullptr);
    }
    const auto* down = std::get_if<core::event::Down>(&event);
    return down != nullptr && manager != nullptr && (manager->hasUnread() || isUnexplained(*down));
}

/// Whether its unit may know more.
bool ManagerGate::isUnexplained(const core::event::Down& down) const {
    return down.exit.reason == core::ExitReason::vanished && core::processOf(down.instance) &&
           !parts_.transientUnit(down.name).empty();
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

/// For a while.
runtime::Task<> ManagerGate::connected() {
    for (unsigned i = 0; !parts_.manager()->isConnected() && i < kMostPauses; ++i) {
        const auto soon = parts_.loop.now() + kPause;
        co_await runtime::until(parts_.loop, soon);
    }
}

runtime::Task<core::Event> ManagerGate::check(core::Event event) {
    if (auto* up = std::get_if<core::event::Up>(&event)) {
        if (up->unit.empty()) {
            co_return co_await checkMain(std::move(*up));
        }
        co_return co_await checkOwner(std::move(*up));
    }
    co_await systemd::allRead(*parts_.manager());
    if (auto* down = std::get_if<core::event::Down>(&event); down != nullptr && isUnexplained(*down)) {
        co_return co_await explain(std::move(*down));
    }
    co_return event;
}

runtime::Task<core::Event> ManagerGate::explain(core::event::Down down) {
    const std::string unit = parts_.transientUnit(down.name);
    const auto process = *core::processOf(down.instance);
    auto exit = co_await systemd::endSeenByUnit(parts_.loop, *parts_.manager(), unit, process);
    if (exit) {
        exit->sender = std::move(down.exit.sender);
        down.exit = std::move(*exit);
    }
    co_return down;
}

/// Until PID 1 has noticed that the main process has ended, it is asked again.
runtime::Task<core::Event> ManagerGate::checkMain(core::event::Up up) {
    const std::string unit = parts_.transientUnit(up.name);
    co_await connected();
    for (unsigned i = 0; !unit.empty() && parts_.manager()->isConnected() && i < kMostPauses; ++i) {
        const auto answer = co_await systemd::read(*parts_.manager(), unit);
        const auto* facts = std::get_if<systemd::UnitFacts>(&answer);
        if (facts == nullptr || facts->mainPid == core::pidOf(up.instance)) {
            break;
        }
        if (facts->mainPid == 0) {
            // Where a stop leaves other processes alone, a daemon that has put itself into the background
            // goes on in a unit that is down, as what lingers of it does.
            const bool fits = systemd::isActive(*facts) || parts_.isRecognized(up);
            if (facts->active == "activating" || (systemd::mainEndedWell(*facts) && fits)) {
                break;
            }
            co_return core::event::Absent{up.name,
                                          "what runs in " + unit + " is left over from an earlier run"};
        }
        const auto main = runtime::keyOfPid(facts->mainPid);
        if (main && runtime::mayRun(*main)) {
            up.instance = *main;
            break;
        }
        const auto soon = parts_.loop.now() + kPause;
        co_await runtime::until(parts_.loop, soon);
    }
    co_return up;
}

runtime::Task<core::Event> ManagerGate::checkOwner(core::event::Up up) {
    const std::string unit = std::exchange(up.unit, {});
    auto* manager = parts_.demandManager();
    if (manager == nullptr) {
        co_return up;
    }
    co_await connected();
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
