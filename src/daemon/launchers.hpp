// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "recovery/direct/direct.hpp"
#include "recovery/recovery.hpp"
#include "recovery/service/service.hpp"
#include "runtime/systemd_bus.hpp"

#include <memory>
#include <string>

namespace healer::daemon {

/// The ways of starting programs, and which of them the plan means.
class Launchers {
public:
    Launchers(recovery::RecoveryContext context, recovery::direct::DirectSettings settings);
    Launchers(const Launchers&) = delete;
    Launchers& operator=(const Launchers&) = delete;
    ~Launchers();

    /// Decides by `launch:` and by what is there; to be called before the first use and at each reload. Where
    /// systemd is asked for and cannot be reached, that is a warning, and programs are started directly.
    void choose(core::LaunchMode mode);

    [[nodiscard]] recovery::Recovery& chosen();
    /// Whether PID 1 starts the programs.
    [[nodiscard]] bool throughService() const { return throughService_; }
    /// healer-NAME.service, or empty when programs are started directly.
    [[nodiscard]] std::string unitOf(const std::string& name) const;
    void forget(const std::string& name);

private:
    recovery::RecoveryContext context_;
    std::unique_ptr<recovery::Recovery> direct_;
    std::unique_ptr<runtime::SystemdBus> systemd_;
    std::unique_ptr<recovery::service::Service> service_;
    bool throughService_ = false;
};

} // namespace healer::daemon
