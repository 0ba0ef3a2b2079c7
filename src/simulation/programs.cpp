// SPDX-License-Identifier: Apache-2.0
#include "simulation/programs.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace healer::simulation {

namespace {

constexpr int kSigkill = 9;

} // namespace

void Programs::continueFrom(const Programs& other) {
    alive_ = other.alive_;
    ended_ = other.ended_;
    hanging_ = other.hanging_;
    lastPid_ = other.lastPid_;
    for (const auto& [key, program] : alive_) {
        if (!program.ready) {
            const auto rest = std::max(program.readyAt - clock_.now(), core::Duration::zero());
            clock_.after(rest, [this, key = key] { becomeReady(key); });
        }
    }
}

core::ProcessKey Programs::nextKey() {
    constexpr core::Duration kTick = std::chrono::milliseconds(10);
    return {++lastPid_, static_cast<std::uint64_t>(clock_.now().time_since_epoch() / kTick)};
}

core::ProcessKey Programs::start(const std::string& name) {
    const core::ProcessKey key = nextKey();
    alive_.emplace(
        key, Program{.name = name, .readyAt = clock_.now() + habits_.ready, .hung = hanging_.contains(name)});
    clock_.after(habits_.ready, [this, key] { becomeReady(key); });
    if (habits_.diesAfter) {
        clock_.after(*habits_.diesAfter, [this, key] { end(key, habits_.diesHow); });
    }
    return key;
}

core::ProcessKey Programs::add(const std::string& name) {
    const core::ProcessKey key = nextKey();
    alive_.emplace(key, Program{.name = name, .readyAt = clock_.now(), .ready = true});
    return key;
}

void Programs::end(core::ProcessKey key, const core::Exit& exit) {
    const auto node = alive_.extract(key);
    if (!node.empty()) {
        ended_.emplace(key, exit);
        events_.ended(key, node.mapped().name, exit);
    }
}

void Programs::remove(core::ProcessKey key) {
    alive_.erase(key);
}

void Programs::signal(core::ProcessKey key, int signal) {
    const auto found = alive_.find(key);
    if (found == alive_.end()) {
        return;
    }
    const core::Exit exit = core::exitFromWaitStatus(signal);
    if (signal != kSigkill && habits_.stopSignalEnds == StopSignalEnds::none) {
        return;
    }
    if (signal != kSigkill && habits_.stopSignalEnds == StopSignalEnds::responsive && found->second.hung) {
        found->second.pendingEnd = exit;
        return;
    }
    ++signalsOnTheirWay_;
    clock_.after(habits_.stop, [this, key, exit] {
        --signalsOnTheirWay_;
        end(key, exit);
    });
}

void Programs::hang(core::ProcessKey key, std::optional<core::Duration> lasts) {
    const auto found = alive_.find(key);
    if (found == alive_.end()) {
        return;
    }
    found->second.hung = true;
    events_.hung(key, found->second.name);
    if (lasts) {
        clock_.after(*lasts, [this, key] { wakeUp(key); });
    }
}

void Programs::hangAll(const std::string& name) {
    hanging_.insert(name);
    if (const auto key = running(name)) {
        hang(*key, std::nullopt);
    }
}

void Programs::cure(const std::string& name) {
    hanging_.erase(name);
    std::vector<core::ProcessKey> hung;
    for (const auto& [key, program] : alive_) {
        if (program.name == name && program.hung) {
            hung.push_back(key);
        }
    }
    for (const auto& key : hung) {
        wakeUp(key);
    }
}

void Programs::wakeUp(core::ProcessKey key) {
    const auto found = alive_.find(key);
    if (found == alive_.end() || !found->second.hung) {
        return;
    }
    found->second.hung = false;
    if (const auto exit = found->second.pendingEnd) {
        end(key, *exit);
    } else if (found->second.ready) {
        events_.answersAgain(key, found->second.name);
    } else {
        becomeReady(key);
    }
}

void Programs::becomeReady(core::ProcessKey key) {
    const auto found = alive_.find(key);
    if (found == alive_.end() || found->second.hung || clock_.now() < found->second.readyAt) {
        return;
    }
    found->second.ready = true;
    events_.ready(key, found->second.name);
}

bool Programs::isAlive(const std::optional<core::Instance>& instance) const {
    const auto key = core::processOf(instance);
    return key && alive_.contains(*key);
}

std::optional<core::ProcessKey> Programs::running(const std::string& name) const {
    const auto found = std::find_if(alive_.begin(), alive_.end(),
                                    [&](const auto& entry) { return entry.second.name == name; });
    return found == alive_.end() ? std::nullopt : std::optional(found->first);
}

const Program* Programs::find(const std::string& name) const {
    const auto key = running(name);
    return key ? &alive_.at(*key) : nullptr;
}

std::size_t Programs::copies(const std::string& name) const {
    return static_cast<std::size_t>(std::count_if(
        alive_.begin(), alive_.end(), [&](const auto& entry) { return entry.second.name == name; }));
}

core::Exit Programs::exitOf(core::ProcessKey key) const {
    const auto found = ended_.find(key);
    return found == ended_.end() ? core::Exit{} : found->second;
}

} // namespace healer::simulation
