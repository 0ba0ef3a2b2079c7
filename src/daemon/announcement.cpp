// SPDX-License-Identifier: Apache-2.0
#include "daemon/announcement.hpp"

#include "core/event_catalog.hpp"

namespace healer::daemon {

Announcement announcementOf(const core::action::Announce& announce, std::uint64_t realtimeUsec,
                            const std::string& unit) {
    core::RenderedEvent event = core::render(announce.name, announce.notice);
    Announcement result{runtime::entryOf(event), {}};
    result.history = {{"event", std::string(core::infoOf(event.kind).name)},
                      {"process", announce.name},
                      {"time_usec", realtimeUsec},
                      {"message", std::move(event.sentence)}};
    for (auto& [field, value] : event.fields) {
        result.history[std::string(core::infoOf(field).name)] = std::move(value);
    }
    if (announce.incident != 0) {
        result.log.fields.emplace_back("HEALER_INCIDENT", std::to_string(announce.incident));
        result.history["incident"] = announce.incident;
    }
    if (!unit.empty()) {
        result.log.fields.emplace_back("UNIT", unit);
    }
    return result;
}

} // namespace healer::daemon
