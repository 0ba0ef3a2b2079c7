// SPDX-License-Identifier: Apache-2.0
#include "daemon/own_unit.hpp"

#include "runtime/proc_entry.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

namespace healer::daemon {

namespace {

constexpr core::Duration kFirstPause = std::chrono::seconds(2);
constexpr core::Duration kLastPause = std::chrono::seconds(60);

} // namespace

OwnUnit::OwnUnit(runtime::Loop& loop, runtime::Log& log, systemd::Manager& manager, std::string unit)
    : loop_(loop), log_(log), manager_(manager), unit_(std::move(unit)), pause_(kFirstPause) {
    manager_.observe(this);
}

OwnUnit::~OwnUnit() {
    manager_.unobserve(this);
}

void OwnUnit::check() {
    asking_ = manager_.query(unit_, [this](const systemd::Manager::Outcome<systemd::UnitState>& outcome) {
        if (const auto* state = std::get_if<systemd::UnitState>(&outcome)) {
            checked(*state);
        }
    });
}

void OwnUnit::checked(const systemd::UnitState& state) {
    if (!state.loaded || state.intact) {
        pause_ = kFirstPause;
        again_.reset();
        return;
    }
    log_.warn("systemd could not load " + unit_ +
              ", and would not restart Healer after a failure; it is asked to "
              "read its unit files again");
    again_ = loop_.addTimer(loop_.now() + pause_, [this] {
        reloading_ = manager_.reload([](const systemd::Manager::Outcome<std::monostate>&) {});
    });
    pause_ = std::min(pause_ * 2, kLastPause);
}

std::string ownService() {
    constexpr std::string_view kService = ".service";
    const auto entry = runtime::ProcEntry::open(getpid());
    const auto unit = entry ? entry->unit() : std::string();
    return unit.ends_with(kService) ? unit : std::string();
}

} // namespace healer::daemon
