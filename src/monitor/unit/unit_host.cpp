// SPDX-License-Identifier: Apache-2.0
#include "monitor/unit/unit_host.hpp"

#include "monitor/unit/absent_monitor.hpp"
#include "monitor/unit/unit_monitor.hpp"

#include <utility>

namespace healer::monitor::unit {

UnitHost::UnitHost(const HostContext& context) : context_(context) {
    if (context_.systemd != nullptr) {
        context_.systemd->observe(this);
    }
}

UnitHost::~UnitHost() {
    if (context_.systemd != nullptr) {
        context_.systemd->unobserve(this);
    }
}

std::unique_ptr<Monitor> UnitHost::make(MonitorContext context) {
    if (context_.systemd == nullptr) {
        return std::make_unique<AbsentMonitor>(context_.loop, std::move(context), status());
    }
    return std::make_unique<UnitMonitor>(*this, std::move(context));
}

std::string UnitHost::status() const {
    return context_.systemd != nullptr ? "active" : "systemd cannot be reached, so units cannot be watched";
}

void UnitHost::enter(UnitMonitor& monitor, const std::string& unit) {
    leave(monitor);
    monitors_.emplace(unit, &monitor);
}

void UnitHost::leave(UnitMonitor& monitor) {
    std::erase_if(monitors_, [&](const auto& entry) { return entry.second == &monitor; });
}

void UnitHost::jobNew(const systemd::Job& job) {
    const auto [first, last] = monitors_.equal_range(job.unit);
    for (auto entry = first; entry != last; ++entry) {
        entry->second->jobNew(job.id);
    }
}

void UnitHost::jobRemoved(const systemd::Job& job) {
    const auto [first, last] = monitors_.equal_range(job.unit);
    for (auto entry = first; entry != last; ++entry) {
        entry->second->jobRemoved(job.id, job.result);
    }
}

void UnitHost::connected() {
    for (const auto& [unit, monitor] : monitors_) {
        monitor->connected();
    }
}

void UnitHost::unitFilesRead() {
    for (const auto& [unit, monitor] : monitors_) {
        monitor->unitFileRead();
    }
}

void UnitHost::disconnected() {
    for (const auto& [unit, monitor] : monitors_) {
        monitor->disconnected();
    }
}

} // namespace healer::monitor::unit
