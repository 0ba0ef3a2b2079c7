// SPDX-License-Identifier: Apache-2.0
#include "daemon/launchers.hpp"

#include "recovery/service/unit_name.hpp"

#include <utility>

namespace healer::daemon {

Launchers::Launchers(recovery::RecoveryContext context, recovery::direct::DirectSettings settings)
    : context_(std::move(context)), direct_(recovery::direct::makeDirect(context_, std::move(settings))) {}

Launchers::~Launchers() = default;

void Launchers::choose(core::LaunchMode mode) {
    throughService_ = false;
    if (mode == core::LaunchMode::direct) {
        return;
    }
    if (const auto reachable = runtime::SystemdBus::reachable(); !reachable.ok()) {
        if (mode == core::LaunchMode::service) {
            context_.log.warn("launch: service is not possible, programs are started directly: " +
                              reachable.error().message);
        }
        return;
    }
    if (!service_) {
        systemd_ = std::make_unique<runtime::SystemdBus>(context_.loop, context_.log);
        service_ = recovery::service::makeService(context_, *systemd_);
    }
    throughService_ = true;
}

recovery::Recovery& Launchers::chosen() {
    return throughService_ ? *service_ : *direct_;
}

std::string Launchers::unitOf(const std::string& name) const {
    return throughService_ ? recovery::service::unitName(name) : std::string();
}

void Launchers::forget(const std::string& name) {
    direct_->forget(name);
    if (service_) {
        service_->forget(name);
    }
}

} // namespace healer::daemon
