// SPDX-License-Identifier: Apache-2.0
#include "machine/machine.hpp"

#include <cstdio>
#include <stdexcept>
#include <utility>

namespace healer::machine {

namespace {

Machine* theMachine = nullptr;

/// Since boot, before anything happens: Healer meets a machine that has been up for a while.
constexpr core::Duration kUptime = std::chrono::minutes(20);

} // namespace

Machine::Machine(std::uint64_t seed) : random_(seed), kernel_(*this), pid1_(*this), programs_(*this) {
    if (theMachine != nullptr) {
        throw std::logic_error("there is a machine already");
    }
    theMachine = this;
    bool up = false;
    after(kUptime, [&up] { up = true; });
    while (!up) {
        loop_.runOnce(kUptime);
    }
    faults_.ebpf = !random_.oneIn(4);
}

Machine::~Machine() {
    theMachine = nullptr;
}

Machine& Machine::current() {
    return *theMachine;
}

void Machine::after(core::Duration delay, std::function<void()> callback) {
    const auto number = ++lastPending_;
    pending_[number] = loop_.addTimer(now() + delay, [this, number, callback = std::move(callback)] {
        const auto source = std::move(pending_.extract(number).mapped());
        callback();
    });
}

void Machine::note(const std::string& what) {
    const auto time = now().time_since_epoch() - kUptime;
    char text[32];
    std::snprintf(text, sizeof text, "%10.6f ", std::chrono::duration<double>(time).count());
    timeline_.push_back(text + what);
}

void Machine::healerEnds(const Process& process) {
    if (onHealerEnds_ && Programs::roleOf(process) != "probe") {
        onHealerEnds_(Programs::nameOf(process));
    }
}

bool Machine::effect() {
    if (daemonLives_ && ++effects_ == killAt_) {
        note("HEALER is killed in the middle of something");
        daemonLives_ = false;
    }
    return daemonLives_;
}

} // namespace healer::machine
