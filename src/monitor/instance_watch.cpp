// SPDX-License-Identifier: Apache-2.0
#include "monitor/instance_watch.hpp"

#include "core/unit_name.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/proc_entry.hpp"

#include <sys/epoll.h>
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
    source_.reset();
    pidfd_.reset();
    key_ = key;
    reported_ = false;
    if (key_) {
        arm();
    }
}

void InstanceWatch::arm() {
    auto opened = runtime::openPidfd(*key_);
    if (!opened) {
        source_ = loop_.addTimer(loop_.now() + kRetry, [this] {
            if (runtime::mayRun(*key_)) {
                arm();
            } else {
                end({});
            }
        });
        return;
    }
    pidfd_ = std::move(*opened);
    if (!pidfd_) {
        source_ = loop_.addDeferred([this] { end({}); });
        return;
    }
    source_ =
        loop_.addIo(pidfd_.get(), EPOLLIN, [this](std::uint32_t) { end(runtime::exitOf(pidfd_.get())); });
}

void InstanceWatch::end(core::Exit exit) {
    source_.reset();
    if (!std::exchange(reported_, true)) {
        const auto ended = ended_;
        ended(std::move(exit));
    }
}

void InstanceWatch::markEnded() {
    reported_ = true;
    source_.reset();
}

bool InstanceWatch::hasEnded() const {
    return reported_ || (pidfd_ ? runtime::hasExited(pidfd_.get()) : !runtime::mayRun(*key_));
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
