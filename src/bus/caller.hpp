// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sdbus {
class IObject;
} // namespace sdbus

namespace healer::bus {

/// Who calls a method.
struct Caller {
    std::string name;         ///< its unique name on the bus
    bool interactive = false; ///< agrees to be asked for a password, however long that takes
};

/// Only within a method of this object.
[[nodiscard]] Caller currentCaller(const sdbus::IObject& object);

} // namespace healer::bus
