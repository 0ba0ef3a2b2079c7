// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "launch/direct/direct_launcher.hpp"
#include "launch/launcher.hpp"
#include "launch/service/service_launcher.hpp"
#include "systemd/connection.hpp"

#include <map>
#include <memory>
#include <string>

namespace healer::daemon {

/// The ways of starting programs, and which of them the plan means.
class Launchers {
public:
    Launchers(launch::LauncherContext context, launch::direct::DirectSettings settings);
    Launchers(const Launchers&) = delete;
    Launchers& operator=(const Launchers&) = delete;
    ~Launchers();

    /// Decides by the plan and by what is there; to be called before the first use and at each reload. Where
    /// systemd is needed and cannot be reached, that is a warning: programs are started directly, and units
    /// not at all; and where programs are started directly by a confined Healer, another: they inherit that.
    void choose(const core::Plan& plan);
    /// Null until it is needed, and where it cannot be reached.
    [[nodiscard]] systemd::Connection* systemd() const { return systemd_.get(); }

    /// The way of starting and stopping this process.
    [[nodiscard]] launch::Launcher& of(const std::string& name);
    /// Whether PID 1 starts the programs.
    [[nodiscard]] bool throughService() const { return throughService_; }
    /// The unit of this process, its own or healer-NAME.service; empty when it is started directly.
    [[nodiscard]] std::string unitOf(const std::string& name) const;
    void forget(const std::string& name);

private:
    void openSystemd(const core::Plan& plan);
    void warnOfConfinement(const core::Plan& plan);

    launch::LauncherContext context_;
    std::unique_ptr<launch::Launcher> direct_;
    std::unique_ptr<systemd::Connection> systemd_;
    std::unique_ptr<launch::Launcher> service_;
    std::unique_ptr<launch::Launcher> unit_;
    std::map<std::string, std::string> units_; ///< those that are not Healer's own, by process
    bool unitIsReal_ = false;                  ///< unit_ was made with a systemd to speak to
    bool throughService_ = false;
    bool confinementTold_ = false;
};

} // namespace healer::daemon
