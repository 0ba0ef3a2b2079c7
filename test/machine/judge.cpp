// SPDX-License-Identifier: Apache-2.0
#include "machine/judge.hpp"

#include "machine/machine.hpp"

#include <algorithm>
#include <csignal>

namespace healer::machine {

namespace {

using std::chrono::seconds;

/// Two requests that contradict each other within this time may have been carried out in any order.
constexpr core::Duration kAtOnce = seconds(20);
/// What was under way when a stop was asked for is over by then.
constexpr core::Duration kStopTakes = seconds(60);
/// What was asked for, or has failed, is up again by then: cooldown, pauses and time-outs included.
constexpr core::Duration kStartTakes = seconds(300);
constexpr core::Duration kWindow = seconds(60);
constexpr std::size_t kRetries = 3;

} // namespace

Judge::Judge(Machine& machine, const Scene& scene, Healer& healer)
    : machine_(machine), scene_(scene), healer_(healer) {
    for (const auto& entry : scene_.entries()) {
        known_[entry.name].at = known_[entry.name].upSeen = machine_.now();
    }
    machine_.kernel().observe(*this);
}

Judge::~Judge() {
    machine_.kernel().unobserve(*this);
}

void Judge::find(const std::string& what) {
    machine_.note("FOUND: " + what);
    if (!found_) {
        found_ = what;
    }
}

void Judge::want(const std::string& name, Wish wish) {
    const auto found = known_.find(name);
    if (found == known_.end()) {
        return;
    }
    Known& known = found->second;
    const bool contradicts =
        known.wish != wish && machine_.now() - known.asked < kAtOnce && known.asked != core::TimePoint{};
    known.wish = contradicts ? Wish::unclear : wish;
    known.at = known.asked = machine_.now();
}

core::TimePoint Judge::present() const {
    return machine_.now();
}

void Judge::healerKilled() {
    constexpr core::Duration kUnwritten = seconds(4);
    for (auto& [name, known] : known_) {
        if (known.askedHealer != core::TimePoint{} && machine_.now() - known.askedHealer < kUnwritten) {
            known.wish = Wish::unclear;
        }
    }
}

void Judge::noteFailure(const std::string& name) {
    if (const auto found = known_.find(name); found != known_.end()) {
        found->second.failures.push_back(machine_.now());
    }
}

bool Judge::isWantedUp(const std::string& name) const {
    const auto found = known_.find(name);
    return found != known_.end() && found->second.wish == Wish::up;
}

bool Judge::failedLately(const std::string& name) const {
    const Known& known = known_.at(name);
    const bool failed = !known.failures.empty() && machine_.now() - known.failures.back() < kAtOnce;
    return failed || machine_.now() - known.asked < kAtOnce;
}

bool Judge::isClear(const std::string& name) const {
    return known_.at(name).wish != Wish::unclear;
}

void Judge::started(const Process& process) {
    const std::string name = Programs::nameOf(process);
    const auto found = known_.find(name);
    if (found == known_.end() || process.forkedOnly || Programs::roleOf(process) == "probe") {
        return;
    }
    machine_.note("  " + name + " is started: " + std::to_string(process.pid()));
    for (const auto* other : machine_.programs().processesOf(name)) {
        if (other->pid() != process.pid()) {
            find("a second copy of " + name + " (" + std::to_string(process.pid()) + ") is started beside " +
                 std::to_string(other->pid()));
        }
    }
    const Known& known = found->second;
    if (known.wish == Wish::down && machine_.now() - known.at > kStopTakes) {
        find(name + " is started, although an operator has stopped it");
    }
}

void Judge::ended(const Process& process) {
    const std::string name = Programs::nameOf(process);
    const auto* entry = scene_.find(name);
    if (entry == nullptr || Programs::roleOf(process) == "probe") {
        return;
    }
    machine_.note("  " + name + " ends: " + std::to_string(process.pid()) + ", " +
                  core::describe(core::exitFromWaitStatus(process.status)));
    noteFailure(name);
    const bool byManager = process.sender && (process.sender->pid == kInit || process.sender->pid == kHealer);
    if (entry->isJob && process.status == 0 && !byManager) {
        want(name, Wish::down); // it has done its work
    } else if (entry->isJob && process.status == SIGTERM && !byManager && !machine_.faults().ebpf) {
        want(name, Wish::unclear); // systemd calls that a success, and unloads the unit
    }
}

void Judge::healerEnds(const std::string& name) {
    const auto found = known_.find(name);
    const Process* serving = found == known_.end() ? nullptr : machine_.programs().serving(name);
    if (serving == nullptr || serving->hung || found->second.wish != Wish::up) {
        return;
    }
    if (machine_.now() - found->second.asked > kAtOnce || found->second.asked == core::TimePoint{}) {
        find("Healer ends " + name + " (" + std::to_string(serving->pid()) + "), which is well");
    }
}

void Judge::look() {
    for (const auto& entry : scene_.entries()) {
        lookAt(entry, known_.at(entry.name));
    }
    if (found_) {
        throw Finding(*found_);
    }
}

/// What app needs may have been stopped.
bool Judge::waits(const Entry& entry) const {
    return entry.name == "app" && known_.at("db").wish != Wish::up;
}

void Judge::lookAt(const Entry& entry, Known& known) {
    const auto now = machine_.now();
    const Process* serving = machine_.programs().serving(entry.name);
    const bool works = serving != nullptr && !serving->hung;
    if (works || !healer_.runs() || known.wish != Wish::up || waits(entry)) {
        known.upSeen = now;
    }
    if (known.wish == Wish::up && now - known.upSeen > kStartTakes) {
        find(entry.name + " does not work for " + std::to_string((now - known.upSeen).count() / 1'000'000) +
             " s");
    }
    if (known.wish == Wish::down && now - known.at > kStopTakes && serving != nullptr) {
        find(entry.name + " runs, although an operator has stopped it");
    }
    const auto* view = healer_.runs() ? healer_.backend().view(entry.name) : nullptr;
    if (view != nullptr) {
        const auto recent =
            std::count_if(known.failures.begin(), known.failures.end(),
                          [&](core::TimePoint at) { return now - at < kWindow + kStopTakes; });
        if (view->breaker == core::BreakerState::open && known.breaker == core::BreakerState::closed &&
            static_cast<std::size_t>(recent) < kRetries) {
            find("the breaker of " + entry.name + " is open after " + std::to_string(recent) + " failures");
        }
        known.breaker = view->breaker;
    }
}

void Judge::verdict() {
    for (const auto& entry : scene_.entries()) {
        const Known& known = known_.at(entry.name);
        const auto* view = healer_.backend().view(entry.name);
        const auto processes = machine_.programs().processesOf(entry.name);
        const auto* serving = machine_.programs().serving(entry.name);
        const std::string state(core::toString(view->state));
        if (known.wish == Wish::up && serving == nullptr && !waits(entry)) {
            find(entry.name + " does not run, and Healer calls it " + state + " (" + view->stateReason + ")");
        }
        if (known.wish == Wish::down && !processes.empty()) {
            find(entry.name + " runs, although it was stopped");
        }
        const bool running = view->state == core::State::running;
        if (running != (serving != nullptr)) {
            find("Healer calls " + entry.name + " " + state + " (" + view->stateReason + "), and it " +
                 (serving != nullptr ? "runs" : "does not run"));
        } else if (running && core::pidOf(view->instance) != serving->pid()) {
            find("Healer knows " + entry.name + " by PID " + std::to_string(core::pidOf(view->instance)) +
                 ", and it is " + std::to_string(serving->pid()));
        }
    }
    if (found_) {
        throw Finding(*found_);
    }
}

} // namespace healer::machine
