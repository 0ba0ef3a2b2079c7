// SPDX-License-Identifier: Apache-2.0
#include "daemon/launchers.hpp"

#include "daemon/own_unit.hpp"

#include "runtime/confinement.hpp"
#include "systemd/access.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace healer::daemon {

namespace {

bool hasUnits(const core::Plan& plan) {
    return std::any_of(plan.processes.begin(), plan.processes.end(),
                       [](const auto& process) { return !process->unit.empty(); });
}

} // namespace

Launchers::~Launchers() = default;

core::LaunchFacilities Launchers::prepare(const core::Plan& plan) {
    connect(plan);
    const core::LaunchFacilities facilities{.systemd = manager_ != nullptr};
    makeObservers(plan, facilities);
    warnOfConfinement(plan, facilities);
    return facilities;
}

/// What works with PID 1 has to hear from the beginning what others do there, whether or not anything is
/// started.
void Launchers::makeObservers(const core::Plan& plan, core::LaunchFacilities facilities) {
    for (const auto* kind : launch::registry()) {
        const bool used = std::any_of(plan.processes.begin(), plan.processes.end(), [&](const auto& process) {
            return core::placementOf(plan, *process, facilities).launcher == kind->type;
        });
        if (used && kind->usesManager) {
            (void)of(std::string(kind->type));
        }
    }
}

/// Once for each change to this way of starting.
void Launchers::warnOfConfinement(const core::Plan& plan, core::LaunchFacilities facilities) {
    const bool direct = std::any_of(plan.processes.begin(), plan.processes.end(), [&](const auto& process) {
        return core::placementOf(plan, *process, facilities).launcher == core::kLaunchDirect;
    });
    const bool logged = std::exchange(confinementLogged_, direct);
    if (!direct || logged) {
        return;
    }
    if (const std::string how = runtime::ownConfinement(); !how.empty()) {
        context_.log.report(core::notice::LaunchConfined{how});
    }
}

void Launchers::connect(const core::Plan& plan) {
    if (manager_ || (plan.launch == core::LaunchMode::direct && !hasUnits(plan))) {
        return;
    }
    const auto connected = connect();
    if (!connected && plan.launch == core::LaunchMode::service) {
        context_.log.report(core::notice::SystemdUnreachable{core::notice::SystemdUse::serviceLaunch,
                                                             connected.error().message});
    }
    if (!connected && hasUnits(plan)) {
        context_.log.report(
            core::notice::SystemdUnreachable{core::notice::SystemdUse::units, connected.error().message});
    }
}

core::Result<void> Launchers::connect() {
    auto manager = systemd::openManager(context_.loop, context_.log);
    if (manager.ok()) {
        manager_ = std::move(*manager);
        context_.manager = manager_.get();
        if (auto unit = ownService(); !unit.empty()) {
            ownUnit_ = std::make_unique<OwnUnit>(context_.loop, context_.log, *manager_, std::move(unit));
        }
    }
    return manager.ok() ? core::Result<void>() : manager.error();
}

systemd::Manager* Launchers::demandManager() {
    if (!manager_) {
        (void)connect().ok();
    }
    return manager_.get();
}

launch::Launcher& Launchers::of(const std::string& kind) {
    for (const auto* entry : launch::registry()) {
        if (entry->type != kind) {
            continue;
        }
        Made& made = made_[kind];
        const bool outdated = entry->usesManager && !made.hadManager && manager_ != nullptr;
        if (!made.launcher || outdated) {
            made.launcher = entry->make(context_);
            made.hadManager = manager_ != nullptr;
        }
        return *made.launcher;
    }
    throw std::logic_error("no launch kind " + kind);
}

void Launchers::launch(core::action::Launch order) {
    launchedBy_[order.name] = order.launcher;
    auto& launcher = of(order.launcher);
    launcher.launch(std::move(order));
}

void Launchers::cancel(const core::action::CancelLaunch& cancel) {
    if (const auto launched = launchedBy_.find(cancel.name); launched != launchedBy_.end()) {
        of(launched->second).cancel(cancel);
    }
}

void Launchers::stop(const core::action::Stop& order) {
    of(order.launcher).stop(order);
}

void Launchers::forget(const std::string& name) {
    launchedBy_.erase(name);
    for (const auto& [kind, made] : made_) {
        made.launcher->forget(name);
    }
}

} // namespace healer::daemon
