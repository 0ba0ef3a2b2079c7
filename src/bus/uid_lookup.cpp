// SPDX-License-Identifier: Apache-2.0
#include "bus/uid_lookup.hpp"

#include "bus/connection.hpp"

#include <utility>

namespace healer::bus {

void UidLookup::find(const std::string& name, std::function<void(core::Result<uid_t>)> callback) {
    if (openInAll_ >= manyOpen_ && open_.contains(name)) {
        callback(core::Error{"too many requests at once; try again later", core::ErrorKind::busy});
        return;
    }
    ++open_[name];
    ++openInAll_;
    connection_.uidOf(name, [this, name, callback = std::move(callback)](const core::Result<uid_t>& uid) {
        close(name);
        if (uid) {
            callback(*uid);
        } else {
            callback(core::Error{"the bus does not say who is asking: " + uid.error().message,
                                 core::ErrorKind::accessDenied});
        }
    });
}

void UidLookup::close(const std::string& name) {
    --openInAll_;
    const auto found = open_.find(name);
    if (--found->second == 0) {
        open_.erase(found);
    }
}

} // namespace healer::bus
