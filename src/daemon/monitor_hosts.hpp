// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/launch_spec.hpp"
#include "monitor/monitor.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace healer::daemon {

/// The hosts of the monitor kinds, each made when the first monitor of its kind is.
class MonitorHosts {
public:
    explicit MonitorHosts(monitor::HostContext context);

    /// For the hosts that are made from now on; null: there is none. Outlives this object.
    void useSystemd(systemd::Manager* manager) { context_.systemd = manager; }

    /// There are so many processes in the configuration now.
    void prepareFor(std::size_t processes);

    /// The kind of `context.plan.type` must exist: the configuration was compiled against the registry.
    [[nodiscard]] std::unique_ptr<monitor::Monitor> make(monitor::MonitorContext context);

    /// Whether this process may have a transient unit that can be asked how it ended, and the monitor that
    /// does so.
    [[nodiscard]] bool hasWitness(const core::ProcessPlan& process) const;
    [[nodiscard]] std::unique_ptr<monitor::Monitor> makeWitness(const core::ProcessPlan& process,
                                                                monitor::Report report) const;

    /// Of one kind: "active", or why it works in a reduced way, or that nothing uses it.
    [[nodiscard]] std::string status(const std::string& type) const;
    [[nodiscard]] std::uint64_t lostEvents() const;

private:
    monitor::HostContext context_;
    core::LaunchFacilities facilities_;
    std::map<std::string, std::unique_ptr<monitor::Host>, std::less<>> hosts_;
};

/// The schemas of all kinds, for the configuration.
[[nodiscard]] std::vector<config::MonitorSchema> monitorSchemas();

} // namespace healer::daemon
