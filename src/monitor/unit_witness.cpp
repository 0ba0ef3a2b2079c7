// SPDX-License-Identifier: Apache-2.0
#include "monitor/unit_witness.hpp"

#include "systemd/awaits.hpp"
#include "systemd/unit_reader.hpp"

#include <utility>
#include <variant>

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
    patience_ = loop_.addTimer(loop_.now() + kPatience, [this, known = *process] { answer(known, {}); });
    const auto asked = [this, known = *process](const std::optional<core::Exit>& exit) {
        answer(known, exit);
    };
    asking_.emplace(loop_, ask(*process), std::function<void(std::optional<core::Exit>)>(asked));
    asking_->start();
}

runtime::Task<std::optional<core::Exit>> UnitWitness::ask(core::ProcessKey known) {
    co_await systemd::connection(manager_);
    const auto answered = co_await systemd::read(manager_, unit_);
    const auto* facts = std::get_if<systemd::UnitFacts>(&answered);
    if (facts == nullptr) {
        co_return std::nullopt;
    }
    co_return systemd::endOf(*facts, known, systemd::suspendedSinceBoot());
}

void UnitWitness::answer(const core::ProcessKey& known, const std::optional<core::Exit>& exit) {
    if (exit) {
        events_.post(core::event::Down{process_, known, *exit});
    }
    look();
    patience_.reset();
    asking_.reset();
}

void UnitWitness::look() {
    events_.post(core::event::Absent{process_, "no running instance was found"});
}

} // namespace healer::monitor
