// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/action.hpp"
#include "core/launch_spec.hpp"
#include "core/plan.hpp"
#include "daemon/own_unit.hpp"
#include "launch/launcher.hpp"
#include "systemd/manager.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace healer::daemon {

/// The launchers, each made when it is needed first, and the connection to PID 1 that they and the monitors
/// share.
class Launchers {
public:
    explicit Launchers(launch::LauncherContext context) : context_(std::move(context)) {}
    Launchers(const Launchers&) = delete;
    Launchers& operator=(const Launchers&) = delete;
    ~Launchers();

    /// Connects to PID 1 where the plan needs it; to be called before the first use and at each reload. Where
    /// systemd cannot be reached, that is a warning: programs are started directly, and units not at all; and
    /// where programs are started directly by a confined Healer, another: they inherit that.
    core::LaunchFacilities prepare(const core::Plan& plan);
    /// Null until it is needed, and where it cannot be reached.
    [[nodiscard]] systemd::Manager* manager() const { return manager_.get(); }
    /// Connects whatever the plan says; null where PID 1 is not systemd or cannot be reached.
    [[nodiscard]] systemd::Manager* demandManager();

    void launch(core::action::Launch order);
    void cancel(const core::action::CancelLaunch& cancel);
    void stop(const core::action::Stop& order);
    void forget(const std::string& name);

private:
    struct Made {
        std::unique_ptr<launch::Launcher> launcher;
        bool hadManager = false;
    };

    void connect(const core::Plan& plan);
    core::Result<void> connect();
    void makeObservers(const core::Plan& plan, core::LaunchFacilities facilities);
    void warnOfConfinement(const core::Plan& plan, core::LaunchFacilities facilities);
    launch::Launcher& of(const std::string& kind);

    launch::LauncherContext context_;
    std::unique_ptr<systemd::Manager> manager_;
    std::unique_ptr<OwnUnit> ownUnit_;              ///< observes the manager
    std::map<std::string, Made, std::less<>> made_; ///< by kind
    std::map<std::string, std::string> launchedBy_; ///< the kind of the last launch, by process
    bool confinementLogged_ = false;
};

} // namespace healer::daemon
