// SPDX-License-Identifier: Apache-2.0
// In the place of src/systemd/access.cpp, journal_evidence.cpp, transient_file.cpp and environment_store.cpp:
// the ways to PID 1, and what it leaves in files.
#include "machine/client.hpp"
#include "machine/machine.hpp"
#include "systemd/access.hpp"
#include "systemd/environment_store.hpp"
#include "systemd/journal_evidence.hpp"
#include "systemd/transient_file.hpp"

namespace healer::systemd {

core::Result<void> reachable() {
    return {};
}

core::Result<std::unique_ptr<Manager>> openManager(runtime::Loop& /*loop*/, runtime::Log& /*log*/) {
    return std::unique_ptr<Manager>(std::make_unique<machine::ManagerClient>(machine::Machine::current()));
}

LastJob lastJobOf(const std::string& unit, core::WallTime since) {
    return machine::Machine::current().pid1().lastJob(unit, since);
}

core::Result<void> removeTransientFile(const std::string& /*unit*/) {
    return {};
}

core::Result<std::string>
EnvironmentStore::keep(const std::string& /*unit*/,
                       const std::map<std::string, std::string>& /*variables*/) const {
    return std::string("/run/healer/environment/file");
}

void EnvironmentStore::removeOthers(const std::string& /*unit*/, std::string_view /*kept*/) const {}

std::vector<std::string> EnvironmentStore::units() const {
    return {};
}

} // namespace healer::systemd
