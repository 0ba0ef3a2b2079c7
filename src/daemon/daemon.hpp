// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/service.hpp"
#include "config/loader.hpp"
#include "core/coordinator.hpp"
#include "daemon/bus_backend.hpp"
#include "daemon/daemonize.hpp"
#include "daemon/engine.hpp"
#include "daemon/history.hpp"
#include "daemon/launchers.hpp"
#include "daemon/log_setup.hpp"
#include "daemon/monitor_hosts.hpp"
#include "daemon/options.hpp"
#include "daemon/publisher.hpp"
#include "daemon/runtime_directory.hpp"
#include "daemon/state_store.hpp"
#include "runtime/log_hub.hpp"
#include "runtime/loop.hpp"
#include "runtime/orphans.hpp"

#include <optional>
#include <string>
#include <vector>

namespace healer::daemon {

/// The running Healer: owns and connects all parts. The order of the members is the order of construction.
class Daemon {
public:
    struct Settings {
        std::string configPath; ///< absolute
        config::LoadedConfig config;
        bus::BusMode bus;
        LogTarget logTarget = LogTarget::console;
        std::optional<PidFile> pidFile;
        RuntimeDirectory directory;
        std::vector<runtime::Limit> limits; ///< for what Healer starts
    };

    /// `loop` and `log` outlive it.
    Daemon(runtime::Loop& loop, runtime::LogHub& log, Settings settings, StartupReport report);
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Runs until SIGTERM or SIGINT; returns the exit status.
    int run();
    /// The parts of run() before and after the loop.
    void begin();
    void end();

    /// What the bus may ask of it.
    [[nodiscard]] bus::Backend& backend() { return backend_; }

private:
    void becomeReady();
    void scheduleMemoryReturn();
    void stop(int signal);
    bool changeLogTarget(const std::string& target);
    core::Result<core::notice::Reloaded> reload();
    core::Result<core::notice::Reloaded> refuse(std::string why);
    void prepareFor(const core::Plan& plan);
    /// Looks again at what was missing when Healer was started.
    void scheduleLateEntries();
    void tryLateEntries();
    void applySettings(const core::Plan& from, const core::Plan& to);
    void reportWarnings(const std::vector<config::Diagnostic>& warnings);

    runtime::Loop& loop_;
    runtime::LogHub& log_;
    StartupReport report_;
    std::string configPath_;
    std::optional<PidFile> pidFile_;
    bool withoutBus_;
    RuntimeDirectory directory_;
    bool ready_ = false;

    StateStore store_;
    History history_;
    core::Coordinator coordinator_;
    Launchers launchers_;
    MonitorHosts hosts_;
    BusBackend backend_;
    bus::Service bus_;
    Publisher publisher_;
    Engine engine_;
    std::vector<config::LateEntry> late_;
    core::TimePoint lateSince_;
    runtime::Source lateTimer_;
    std::vector<runtime::Source> signals_;
    std::optional<runtime::OrphanReaper> orphans_; ///< where Healer gets any
    runtime::Source memoryReturn_;
};

} // namespace healer::daemon
