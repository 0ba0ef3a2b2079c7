// SPDX-License-Identifier: Apache-2.0
#include "core/event.hpp"

namespace healer::core {

bool isGone(const Event& event) {
    const auto* down = std::get_if<event::Down>(&event);
    const auto* rest = std::get_if<event::UnitAtRest>(&event);
    return (down != nullptr && down->unit.gone) || (rest != nullptr && rest->unit.gone);
}

Event withoutUnit(Event event) {
    if (auto* down = std::get_if<event::Down>(&event)) {
        down->unit = {};
    } else if (auto* rest = std::get_if<event::UnitAtRest>(&event)) {
        rest->unit = {};
    }
    return event;
}

} // namespace healer::core
