// SPDX-License-Identifier: Apache-2.0
#include "bus/root_authority.hpp"

#include <unistd.h>

#include <utility>

namespace healer::bus {

bool mayChange(uid_t callerUid, uid_t ownUid) {
    return callerUid == 0 || callerUid == ownUid;
}

core::Error accessDenied() {
    return core::Error{"only the administrator may change what Healer does; run the command as root (sudo)",
                       core::ErrorKind::accessDenied};
}

void RootAuthority::check(const Caller& caller, const std::string& /*action*/,
                          const std::map<std::string, std::string>& /*details*/,
                          std::function<void(core::Result<void>)> callback) {
    lookup_.find(caller.name, [callback = std::move(callback)](const core::Result<uid_t>& uid) {
        if (!uid) {
            callback(uid.error());
        } else if (mayChange(*uid, geteuid())) {
            callback({});
        } else {
            callback(accessDenied());
        }
    });
}

} // namespace healer::bus
