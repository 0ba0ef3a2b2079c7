// SPDX-License-Identifier: Apache-2.0
#include "monitor/unit_witness.hpp"

#include "runtime/pidfd.hpp"
#include "systemd/awaits.hpp"

#include <chrono>
#include <functional>
#include <utility>

namespace healer::monitor {

namespace {

/// How long other monitors' answers may be held back when PID 1 does not answer.
constexpr core::Duration kPatience = std::chrono::seconds(2);

} // namespace

UnitWitness::UnitWitness(runtime::Loop& loop, systemd::Manager& manager, std::string process,
                         std::string unit, Report report)
    : loop_(loop), manager_(manager), process_(std::move(process)), unit_(std::move(unit)),
      events_(loop, std::move(report)) {}

void UnitWitness::start(std::optional<core::Instance> known) {
    const auto process = core::processOf(known);
    if (!process) {
        look();
        return;
    }
    if (runtime::mayRun(*process)) {
        look();
        listening_.emplace(loop_, listen(*process), std::function<void(runtime::Done)>([](runtime::Done) {}));
        listening_->start();
        return;
    }
    patience_ = loop_.addTimer(loop_.now() + kPatience, [this, known = *process] { answer(known, {}); });
    const auto asked = [this, known = *process](const systemd::MissedEnd& end) {
        manager_.jobs().heard(unit_, loop_.now());
        answer(known, end);
    };
    asking_.emplace(loop_, systemd::missedEnd(loop_, manager_, unit_, *process),
                    std::function<void(systemd::MissedEnd)>(asked));
    asking_->start();
}

/// What lives when PID 1 can be heard was not stopped before that.
runtime::Task<runtime::Done> UnitWitness::listen(core::ProcessKey known) {
    co_await systemd::connection(manager_);
    const auto job = co_await systemd::learnOfJob(manager_, unit_);
    if (!job && runtime::presenceOf(known) == runtime::Presence::running) {
        manager_.jobs().heard(unit_, loop_.now());
    }
    co_return runtime::Done();
}

void UnitWitness::answer(const core::ProcessKey& known, const systemd::MissedEnd& ending) {
    if (ending.stopped) {
        events_.post(core::event::StoppedOnPurpose{process_, "stopped through systemd (systemctl stop " +
                                                                 unit_ + ") while Healer was not running"});
    }
    if (ending.exit) {
        events_.post(core::event::Down{process_, known, *ending.exit, {}});
    }
    look();
    patience_.reset();
    asking_.reset();
}

void UnitWitness::look() {
    events_.post(core::event::Absent{process_, "no running instance was found"});
}

} // namespace healer::monitor
