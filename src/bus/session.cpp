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
      logControl_(connection_->raw(), log),
      processes_(connection_->sdBus(), requests_, backend.processNames()) {}

} // namespace healer::bus
