// SPDX-License-Identifier: Apache-2.0
#include "daemon/monitor_hosts.hpp"

#include "monitor/unit_witness.hpp"
#include "systemd/access.hpp"

#include <stdexcept>
#include <utility>

namespace healer::daemon {

MonitorHosts::MonitorHosts(monitor::HostContext context)
    : context_(std::move(context)), facilities_{.systemd = systemd::reachable().ok()} {}

void MonitorHosts::prepareFor(std::size_t processes) {
    context_.processes = processes;
    for (const auto& [type, host] : hosts_) {
        host->prepareFor(processes);
    }
}

std::unique_ptr<monitor::Monitor> MonitorHosts::make(monitor::MonitorContext context) {
    context.transientUnit = core::transientUnitOf(context.process, facilities_);
    const std::string& type = context.plan.type;
    if (const auto found = hosts_.find(type); found != hosts_.end()) {
        return found->second->make(std::move(context));
    }
    for (const auto* kind : monitor::registry()) {
        if (kind->schema.type == type) {
            return hosts_.emplace(type, kind->makeHost(context_)).first->second->make(std::move(context));
        }
    }
    throw std::logic_error("no monitor kind " + type);
}

std::unique_ptr<monitor::Monitor> MonitorHosts::makeWitness(const core::ProcessPlan& process,
                                                            monitor::Report report) const {
    return std::make_unique<monitor::UnitWitness>(context_.loop, *context_.systemd, process.name,
                                                  core::transientUnitOf(process, facilities_),
                                                  std::move(report));
}

bool MonitorHosts::hasWitness(const core::ProcessPlan& process) const {
    return context_.systemd != nullptr && !core::transientUnitOf(process, facilities_).empty();
}

std::string MonitorHosts::status(const std::string& type) const {
    const auto found = hosts_.find(type);
    return found == hosts_.end() ? "not in use: no process has a monitor of type " + type
                                 : found->second->status();
}

std::uint64_t MonitorHosts::lostEvents() const {
    std::uint64_t lost = 0;
    for (const auto& [type, host] : hosts_) {
        lost += host->lostEvents();
    }
    return lost;
}

std::vector<config::MonitorSchema> monitorSchemas() {
    std::vector<config::MonitorSchema> schemas;
    for (const auto* kind : monitor::registry()) {
        schemas.push_back(kind->schema);
    }
    return schemas;
}

} // namespace healer::daemon
