// SPDX-License-Identifier: Apache-2.0
#include "bus/bus_mode.hpp"

namespace healer::bus {

core::Result<BusMode> parseBusMode(std::string_view text) {
    if (text == "system") {
        return BusMode{BusMode::Kind::system, {}};
    }
    if (text == "session") {
        return BusMode{BusMode::Kind::session, {}};
    }
    if (text == "none") {
        return BusMode{BusMode::Kind::none, {}};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) {
        return core::Error{
            "\"" + std::string(text) +
            "\" is no bus: give system, session, none, or an address such as unix:path=/run/bus"};
    }
    return BusMode{BusMode::Kind::address, std::string(text)};
}

std::string describe(const BusMode& mode) {
    switch (mode.kind) {
    case BusMode::Kind::system:
        return "the system bus";
    case BusMode::Kind::session:
        return "the session bus";
    case BusMode::Kind::address:
        return "the bus at " + mode.address;
    case BusMode::Kind::none:
        break;
    }
    return "no bus";
}

} // namespace healer::bus
