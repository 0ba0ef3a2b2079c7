// SPDX-License-Identifier: Apache-2.0
#include "bus/caller.hpp"

#include "sdbus_dialect.hpp"

namespace healer::bus {

Caller currentCaller(const sdbus::IObject& object) {
    return {dbus::currentSender(object), dbus::currentCallAllowsInteraction(object)};
}

} // namespace healer::bus
