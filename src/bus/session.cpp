// SPDX-License-Identifier: Apache-2.0
#include "bus/session.hpp"

#include "bus/root_authority.hpp"

#include <utility>

namespace healer::bus {

namespace {

std::unique_ptr<Authority> makeAuthority(runtime::Loop& loop, Connection& connection,
                                         const std::optional<PolkitLimits>& polkit) {
    if (polkit) {
        return std::make_unique<PolkitAuthority>(loop, connection, *polkit);
    }
    return std::make_unique<RootAuthority>(connection);
}

} // namespace

Session::Session(runtime::Loop& loop, std::unique_ptr<Connection> connection, Backend& backend,
                 LogSettings& log, const std::optional<PolkitLimits>& polkit)
    : connection_(std::move(connection)), authority_(makeAuthority(loop, *connection_, polkit)),
      requests_(backend, *authority_), manager_(connection_->raw(), requests_),
      logControl_(connection_->raw(), log) {
    for (const std::string& name : backend.processNames()) {
        processes_.emplace(name, std::make_unique<ProcessObject>(connection_->raw(), requests_, name));
    }
}

void Session::addProcess(const std::string& name) {
    auto& object = processes_[name];
    if (object) {
        return;
    }
    object = std::make_unique<ProcessObject>(connection_->raw(), requests_, name);
    sent([&object] { object->emitInterfacesAddedSignal(); });
}

void Session::removeProcess(const std::string& name) {
    const auto found = processes_.find(name);
    if (found != processes_.end()) {
        sent([&found] { found->second->emitInterfacesRemovedSignal(); });
        processes_.erase(found);
    }
}

void Session::announce(const std::string& name, const std::vector<const char*>& properties) {
    const auto found = processes_.find(name);
    if (found != processes_.end() && !properties.empty()) {
        sent([&] { found->second->announce(properties); });
    }
}

} // namespace healer::bus
