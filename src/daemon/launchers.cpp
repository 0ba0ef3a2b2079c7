// SPDX-License-Identifier: Apache-2.0
#include "daemon/launchers.hpp"

#include "core/unit_name.hpp"
#include "launch/unit/unit_launcher.hpp"
#include "runtime/confinement.hpp"

#include <algorithm>
#include <utility>

namespace healer::daemon {

Launchers::Launchers(launch::LauncherContext context, launch::direct::DirectSettings settings)
    : context_(std::move(context)), direct_(launch::direct::makeDirect(context_, std::move(settings))) {}

Launchers::~Launchers() = default;

void Launchers::choose(const core::Plan& plan) {
    units_.clear();
    for (const auto& process : plan.processes) {
        if (!process->unit.empty()) {
            units_.emplace(process->name, process->unit);
        }
    }
    openSystemd(plan);
    throughService_ = systemd_ && plan.launch != core::LaunchMode::direct;
    if (throughService_ && !service_) {
        service_ = launch::service::makeService(context_, *systemd_);
    }
    if (!units_.empty() && (!unit_ || !unitIsReal_)) {
        unitIsReal_ = systemd_ != nullptr;
        unit_ = launch::unit::makeUnitLauncher(context_, systemd_.get(),
                                               [this](const std::string& name) { return unitOf(name); });
    }
    warnOfConfinement(plan);
}

/// Once for each change to this way of starting.
void Launchers::warnOfConfinement(const core::Plan& plan) {
    const bool direct =
        !throughService_ && std::any_of(plan.processes.begin(), plan.processes.end(),
                                        [](const auto& process) { return process->unit.empty(); });
    const bool told = std::exchange(confinementTold_, direct);
    if (!direct || told) {
        return;
    }
    if (const std::string how = runtime::ownConfinement(); !how.empty()) {
        context_.log.report(core::notice::LaunchConfined{how});
    }
}

void Launchers::openSystemd(const core::Plan& plan) {
    if (systemd_ || (plan.launch == core::LaunchMode::direct && units_.empty())) {
        return;
    }
    if (const auto reachable = systemd::Connection::reachable(); reachable.ok()) {
        systemd_ = std::make_unique<systemd::Connection>(context_.loop, context_.log);
    } else {
        if (plan.launch == core::LaunchMode::service) {
            context_.log.report(core::notice::SystemdUnreachable{core::notice::SystemdUse::serviceLaunch,
                                                                 reachable.error().message});
        }
        if (!units_.empty()) {
            context_.log.report(
                core::notice::SystemdUnreachable{core::notice::SystemdUse::units, reachable.error().message});
        }
    }
}

launch::Launcher& Launchers::of(const std::string& name) {
    if (units_.contains(name)) {
        return *unit_;
    }
    return throughService_ ? *service_ : *direct_;
}

std::string Launchers::unitOf(const std::string& name) const {
    if (const auto unit = units_.find(name); unit != units_.end()) {
        return unit->second;
    }
    return throughService_ ? core::transientUnitName(name) : std::string();
}

void Launchers::forget(const std::string& name) {
    direct_->forget(name);
    if (service_) {
        service_->forget(name);
    }
    if (unit_) {
        unit_->forget(name);
    }
}

} // namespace healer::daemon
