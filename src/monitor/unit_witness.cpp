// SPDX-License-Identifier: Apache-2.0
#include "monitor/unit_witness.hpp"

#include "monitor/instance_watch.hpp"
#include "runtime/background.hpp"
#include "systemd/awaits.hpp"
#include "systemd/journal_evidence.hpp"
#include "systemd/unit_reader.hpp"

#include <chrono>
#include <functional>
#include <utility>
#include <variant>

namespace healer::monitor {

namespace {

/// How long other monitors' answers may be held back when PID 1 does not answer.
constexpr core::Duration kPatience = std::chrono::seconds(2);
/// The unit of ProcessKey::startTicks.
constexpr core::Duration kTick = std::chrono::milliseconds(10);

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
    patience_ = loop_.addTimer(loop_.now() + kPatience, [this, known = *process] { answer(known, {}); });
    asking_.emplace(loop_, ask(*process),
                    std::function<void(Ending)>(
                        [this, known = *process](const Ending& ending) { answer(known, ending); }));
    asking_->start();
}

runtime::Task<UnitWitness::Ending> UnitWitness::ask(core::ProcessKey known) {
    Ending ending;
    co_await systemd::connection(manager_);
    const auto answered = co_await systemd::read(manager_, unit_);
    const auto* facts = std::get_if<systemd::UnitFacts>(&answered);
    if (facts == nullptr || isRunning(known)) {
        co_return ending;
    }
    ending.exit = systemd::endOf(*facts, known, systemd::suspendedSinceBoot());
    if (ending.exit) {
        ending.stopped = systemd::wasStopped(*facts);
    } else if (facts->invocation.empty()) {
        ending.stopped = co_await wasStoppedUnseen(known);
    }
    if (ending.stopped) {
        ending.stopped = co_await systemWasUpAllTheTime(known);
    }
    co_return ending;
}

/// What a change to rescue mode or a soft reboot stops, no operator has stopped.
runtime::Task<bool> UnitWitness::systemWasUpAllTheTime(core::ProcessKey known) {
    const std::string target = "basic.target";
    const auto answered = co_await systemd::read(manager_, target);
    const auto* facts = std::get_if<systemd::UnitFacts>(&answered);
    if (facts == nullptr) {
        co_return true;
    }
    const core::Duration up(static_cast<core::Duration::rep>(facts->activeEnter));
    const auto began = kTick * static_cast<core::Duration::rep>(known.startTicks);
    co_return up <= began;
}

/// A unit that was stopped is unloaded at once, as is one whose program has ended well by itself.
runtime::Task<bool> UnitWitness::wasStoppedUnseen(core::ProcessKey known) {
    const auto now = core::WallTime(
        std::chrono::duration_cast<core::Duration>(std::chrono::system_clock::now().time_since_epoch()));
    const auto age = loop_.now().time_since_epoch() + core::Duration(std::chrono::seconds(1)) -
                     kTick * static_cast<core::Duration::rep>(known.startTicks);
    const auto read = [unit = unit_, since = now - age] { return systemd::lastJobOf(unit, since); };
    const auto last = co_await runtime::readInBackground(loop_, read, loop_.now() + kPatience);
    co_return last == systemd::LastJob::stop;
}

void UnitWitness::answer(const core::ProcessKey& known, const Ending& ending) {
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
