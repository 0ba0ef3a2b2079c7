// SPDX-License-Identifier: Apache-2.0
#include "daemon/bus_backend.hpp"

#include <utility>

namespace healer::daemon {

std::vector<std::string> BusBackend::processNames() const {
    std::vector<std::string> names;
    for (const auto& process : parts_.coordinator.plan().processes) {
        names.push_back(process->name);
    }
    return names;
}

core::Census BusBackend::census() const {
    return parts_.coordinator.census();
}

const core::ProcessPlan* BusBackend::plan(const std::string& name) const {
    return parts_.coordinator.processPlan(name);
}

const core::ProcessView* BusBackend::view(const std::string& name) const {
    return parts_.coordinator.view(name);
}

std::string BusBackend::unitOf(const std::string& name) const {
    return parts_.coordinator.placement(name).unit;
}

std::vector<bus::HistoryEntry> BusBackend::history(const std::string& name, std::size_t max) const {
    return parts_.history.newest(name, max);
}

void BusBackend::request(core::event::Verb verb, const std::string& name, Answer answer) {
    engine_->request(verb, name, std::move(answer));
}

core::Result<core::notice::Reloaded> BusBackend::reload() {
    return parts_.reload();
}

std::string BusBackend::configPath() const {
    return parts_.configPath;
}

bool BusBackend::observeOnly() const {
    return parts_.coordinator.plan().observeOnly;
}

std::vector<std::string> BusBackend::monitorTypes() const {
    std::vector<std::string> types;
    for (const auto& schema : monitorSchemas()) {
        types.emplace_back(schema.type);
    }
    return types;
}

std::string BusBackend::ebpfStatus() const {
    return parts_.hosts.status("ebpf");
}

std::uint64_t BusBackend::lostEvents() const {
    return parts_.hosts.lostEvents();
}

std::string BusBackend::lastReloadError() const {
    return lastReloadError_;
}

} // namespace healer::daemon
