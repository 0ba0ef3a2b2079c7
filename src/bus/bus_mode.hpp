// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace healer::bus {

/// Which bus Healer is on: the value of --bus.
struct BusMode {
    enum class Kind { system, session, address, none };

    Kind kind = Kind::system;
    std::string address; ///< when kind is address

    bool operator==(const BusMode&) const = default;
};

/// "system", "session", "none", or a D-Bus address such as unix:path=/run/x.
[[nodiscard]] core::Result<BusMode> parseBusMode(std::string_view text);

/// For messages: "the system bus", "the bus at unix:path=/run/x".
[[nodiscard]] std::string describe(const BusMode& mode);

} // namespace healer::bus
