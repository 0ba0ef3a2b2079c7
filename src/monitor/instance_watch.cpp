// SPDX-License-Identifier: Apache-2.0
#include "monitor/instance_watch.hpp"

#include "core/unit_name.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/proc_entry.hpp"

#include <unistd.h>

#include <chrono>
#include <utility>

namespace healer::monitor {

namespace {

constexpr core::Duration kRetry = std::chrono::seconds(1);

/// None: it cannot be read now.
std::optional<std::string> unitOf(pid_t pid) {
    const auto entry = runtime::ProcEntry::open(pid);
    auto unit = entry ? entry->unit() : std::string();
    return entry.isUnknown() || (entry && entry->metShortage()) ? std::nullopt
                                                                : std::optional(std::move(unit));
}

} // namespace

InstanceWatch::InstanceWatch(runtime::Loop& loop, Ended ended) : loop_(loop), ended_(std::move(ended)) {}

void InstanceWatch::hold(std::optional<core::ProcessKey> key) {
    later_.reset();
    end_.reset();
    key_ = key;
    reported_ = false;
    if (key_) {
        arm();
    }
}

void InstanceWatch::arm() {
    auto held = loop_.processEnds().await(*key_, [this](const core::Exit& exit) { report(exit); });
    if (!held) {
        later_ = loop_.addTimer(loop_.now() + kRetry, [this] {
            if (runtime::mayRun(*key_)) {
                arm();
            } else {
                report({});
            }
        });
        return;
    }
    end_ = std::move(*held);
    if (!end_) {
        later_ = loop_.addDeferred([this] { report({}); });
    }
}

void InstanceWatch::report(core::Exit exit) {
    later_.reset();
    end_.reset();
    if (!std::exchange(reported_, true)) {
        const auto ended = ended_;
        ended(std::move(exit));
    }
}

void InstanceWatch::check() {
    if (key_ && !reported_ && end_ && runtime::hasExited(end_.pidfd())) {
        report(runtime::exitOf(end_.pidfd()));
    }
}

void InstanceWatch::markEnded() {
    reported_ = true;
    later_.reset();
    end_.reset();
}

bool InstanceWatch::hasEnded() const {
    return reported_ || (end_ ? runtime::hasExited(end_.pidfd()) : !runtime::mayRun(*key_));
}

core::event::Up upOf(const std::string& process, core::ProcessKey key) {
    static std::optional<std::string> own;
    if (!own) {
        own = unitOf(getpid());
    }
    const auto unit = own ? unitOf(key.pid) : std::nullopt;
    core::event::Up up{.name = process, .instance = key};
    if (unit) {
        up.unit = core::foreignServiceOf(*unit, *own);
        up.ownUnit = *unit == core::transientUnitName(process);
    }
    return up;
}

std::uint64_t ticksOf(core::TimePoint when) {
    static const auto kPerSecond = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
    constexpr std::uint64_t kUsecPerSecond = 1'000'000;
    return static_cast<std::uint64_t>(when.time_since_epoch().count()) / (kUsecPerSecond / kPerSecond);
}

} // namespace healer::monitor
