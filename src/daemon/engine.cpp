// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine.hpp"

#include "core/unit_name.hpp"
#include "runtime/proc_entry.hpp"
#include "runtime/program_identity.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace healer::daemon {

Engine::Engine(Parts parts)
    : parts_(parts),
      gate_({.loop = parts.loop,
             .manager = [this] { return parts_.launchers.manager(); },
             .demandManager =
                 [this] {
                     auto* manager = parts_.launchers.demandManager();
                     parts_.hosts.useSystemd(manager);
                     return manager;
                 },
             .transientUnit =
                 [this](const std::string& name) {
                     const auto* plan = parts_.coordinator.processPlan(name);
                     const bool systemd = parts_.launchers.manager() != nullptr;
                     return plan == nullptr ? std::string()
                                            : core::transientUnitOf(*plan, {.systemd = systemd});
                 },
             .isRecognized = [this](const core::event::Up& up) { return isRecognized(up); },
             .post = [this](core::Event event) { post(std::move(event)); }}) {}

bool Engine::isRecognized(const core::event::Up& up) const {
    const auto* plan = parts_.coordinator.processPlan(up.name);
    const auto identity = plan == nullptr ? runtime::Reading<core::Identity>::none()
                                          : runtime::identityOf(plan->command, std::string());
    const auto facts = runtime::factsOf(core::pidOf(up.instance));
    if (!identity || !facts) {
        return false;
    }
    const auto answer = core::judge(*identity, *facts).answer;
    return answer == core::Answer::yes || answer == core::Answer::inferred;
}

void Engine::begin() {
    const auto now = parts_.loop.moment();
    perform(parts_.coordinator.begin(now), now);
    drain();
}

void Engine::post(core::Event event) {
    events_.push_back(std::move(event));
    drain();
}

void Engine::request(core::event::Verb verb, const std::string& name, Answer answer) {
    const std::uint64_t id = ++lastRequest_;
    answers_.emplace(id, std::move(answer));
    post(core::event::Request{verb, name, id});
}

void Engine::reload(core::Plan plan) {
    const auto now = parts_.loop.moment();
    perform(parts_.coordinator.reload(std::move(plan), now), now);
    drain();
}

/// Events that come up while actions are carried out wait for their turn.
void Engine::drain() {
    if (std::exchange(draining_, true)) {
        return;
    }
    while (!events_.empty()) {
        const core::Event event = std::move(events_.front());
        events_.pop_front();
        if (traces()) {
            trace(core::traceOf(event));
        }
        const auto now = parts_.loop.moment();
        perform(parts_.coordinator.handle(event, now), now);
    }
    draining_ = false;
    setTimer();
}

/// Starts go first: the rest is bookkeeping, which can be done while the kernel clears the predecessor away.
void Engine::perform(core::Actions actions, core::Moment now) {
    now_ = now;
    std::stable_partition(actions.begin(), actions.end(), [](const core::Action& action) {
        return std::holds_alternative<core::action::CancelLaunch>(action) ||
               std::holds_alternative<core::action::Launch>(action);
    });
    for (auto& action : actions) {
        if (const auto decision = traces() ? core::traceOf(action) : std::nullopt) {
            trace(*decision);
        }
        std::visit([this](auto& what) { act(what); }, action);
    }
}

/// Only at the log level debug: an incident of many processes must not wait for its own description.
void Engine::trace(const core::Trace& trace) const {
    parts_.log.write({.level = core::LogLevel::debug,
                      .message = trace.process + ": " + trace.text,
                      .fields = {{"HEALER_PROCESS", trace.process}}});
}

void Engine::setTimer() {
    const auto deadline = parts_.coordinator.nextDeadline();
    if (deadline == timerAt_) {
        return;
    }
    timerAt_ = deadline;
    timer_.reset();
    if (deadline) {
        timer_ = parts_.loop.addTimer(*deadline, [this] {
            timerAt_.reset();
            const auto now = parts_.loop.moment();
            const auto stalled = parts_.loop.stalled();
            if (const auto pause = stalled - std::exchange(stalledSeen_, stalled);
                pause > core::Duration{0}) {
                perform(parts_.coordinator.heldUp(pause, now), now);
            }
            perform(parts_.coordinator.advance(now), now);
            drain();
        });
    }
}

void Engine::act(core::action::Watch& watch) {
    auto watched =
        std::make_unique<Watched>(Watched{*parts_.coordinator.sharedPlan(watch.name), nullptr, {}});
    const core::ProcessPlan& plan = *watched->plan;
    watched->monitors = std::make_unique<MonitorSet>(
        plan,
        [&](const core::MonitorPlan& entry, monitor::Report report) {
            return parts_.hosts.make(
                {.process = plan,
                 .plan = entry,
                 .report = std::move(report),
                 .isOfAnother = [this, name = plan.name](const core::ProcessFacts& facts) {
                     return isOfAnother(name, facts);
                 }});
        },
        [this](core::Event event) { gate_.pass(std::move(event)); });
    if (parts_.hosts.hasWitness(plan)) {
        watched->monitors->addWitness(
            [&](monitor::Report report) { return parts_.hosts.makeWitness(plan, std::move(report)); });
    }
    MonitorSet& monitors = *watched->monitors;
    auto& slot = watched_[watch.name];
    watched->tracked = slot ? slot->tracked : std::nullopt; // of the monitors that it replaces
    slot = std::move(watched);
    monitors.start(watch.known);
}

bool Engine::isOfAnother(const std::string& name, const core::ProcessFacts& facts) const {
    if (core::isTransientUnitName(facts.unit)) {
        const auto owner = core::processOfTransientUnit(facts.unit);
        return owner != name && parts_.coordinator.processPlan(owner) != nullptr;
    }
    const auto [first, last] = tracked_.equal_range(facts.key);
    return std::any_of(first, last, [&](const auto& tracked) {
        const auto* plan = tracked.second != name ? parts_.coordinator.processPlan(tracked.second) : nullptr;
        return plan != nullptr && plan->unit.empty();
    });
}

void Engine::track(const std::string& name, Watched& watched, std::optional<core::ProcessKey> process) {
    if (const auto before = std::exchange(watched.tracked, process)) {
        const auto [first, last] = tracked_.equal_range(*before);
        tracked_.erase(std::find_if(first, last, [&](const auto& one) { return one.second == name; }));
    }
    if (process) {
        tracked_.emplace(*process, name);
    }
}

void Engine::act(core::action::Unwatch& unwatch) {
    if (const auto found = watched_.find(unwatch.name); found != watched_.end()) {
        track(unwatch.name, *found->second, std::nullopt);
        watched_.erase(found);
    }
    gate_.drop(unwatch.name);
    if (parts_.coordinator.processPlan(unwatch.name) == nullptr) {
        parts_.launchers.forget(unwatch.name);
    }
}

void Engine::act(core::action::Track& track) {
    if (const auto found = watched_.find(track.name); found != watched_.end()) {
        this->track(track.name, *found->second, core::processOf(track.instance));
        found->second->monitors->follow(track.instance);
    }
}

void Engine::act(core::action::Look& look) {
    if (const auto found = watched_.find(look.name); found != watched_.end()) {
        found->second->monitors->look(look.probesToo);
    }
}

void Engine::act(core::action::Launch& launch) {
    parts_.launchers.launch(std::move(launch));
}

void Engine::act(core::action::CancelLaunch& cancel) {
    parts_.launchers.cancel(cancel);
}

void Engine::act(core::action::Stop& stop) {
    parts_.launchers.stop(stop);
}

void Engine::act(core::action::Reply& reply) {
    if (auto node = answers_.extract(reply.id); !node.empty()) {
        node.mapped()(std::move(reply.outcome));
    }
}

void Engine::act(core::action::Changed& changed) {
    if (const auto* view = traces() ? parts_.coordinator.view(changed.name) : nullptr) {
        trace(core::traceOf(*view));
    }
    parts_.publisher.changed(changed.name);
}

void Engine::act(core::action::Announce& announce) {
    parts_.publisher.announce(std::move(announce), now_);
}

} // namespace healer::daemon
