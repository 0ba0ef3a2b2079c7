// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/authority.hpp"
#include "bus/uid_lookup.hpp"

#include <sys/types.h>

namespace healer::bus {

/// Whether this user may change something in a Healer that runs as `ownUid`: root, and on a bus of his own
/// the user who runs Healer himself.
[[nodiscard]] bool mayChange(uid_t callerUid, uid_t ownUid);

/// The error for a caller that may not.
[[nodiscard]] core::Error accessDenied();

/// The rule without polkit: see mayChange(). Unique names are never used twice on a bus, but nothing is
/// remembered.
class RootAuthority : public Authority {
public:
    explicit RootAuthority(Connection& connection) : lookup_(connection) {}

    void check(const Caller& caller, const std::string& action,
               const std::map<std::string, std::string>& details,
               std::function<void(core::Result<void>)> callback) override;

private:
    UidLookup lookup_;
};

} // namespace healer::bus
