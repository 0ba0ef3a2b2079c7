// SPDX-License-Identifier: Apache-2.0
#include "daemon/announcement.hpp"

#include "core/event_catalog.hpp"

#include <type_traits>
#include <variant>

namespace healer::daemon {

namespace {

std::string text(const core::FieldValue& value) {
    return std::visit(
        [](const auto& held) -> std::string {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::string>) {
                return held;
            } else if constexpr (std::is_same_v<std::decay_t<decltype(held)>, bool>) {
                return held ? "true" : "false";
            } else {
                return std::to_string(held);
            }
        },
        value);
}

} // namespace

Announcement announcementOf(const core::action::Announce& announce, std::uint64_t realtimeUsec,
                            const std::string& unit) {
    core::RenderedEvent event = core::render(announce.name, announce.notice);
    const core::EventInfo& info = core::infoOf(event.kind);
    Announcement result{{info.severity, event.sentence, info.messageId}, {}};
    auto& fields = result.log.fields;
    auto& history = result.history;
    fields = {{"HEALER_PROCESS", announce.name}, {"HEALER_EVENT", std::string(info.name)}};
    history = {{"event", std::string(info.name)},
               {"process", announce.name},
               {"time_usec", realtimeUsec},
               {"message", std::move(event.sentence)}};
    if (announce.incident != 0) {
        fields.emplace_back("HEALER_INCIDENT", std::to_string(announce.incident));
        history["incident"] = announce.incident;
    }
    for (auto& [field, value] : event.fields) {
        const core::EventFieldInfo& named = core::infoOf(field);
        fields.emplace_back(named.journal, text(value));
        if (field == core::EventField::pid) {
            fields.emplace_back("OBJECT_PID", text(value));
        }
        history[std::string(named.name)] = std::move(value);
    }
    if (!unit.empty()) {
        fields.emplace_back("UNIT", unit);
    }
    return result;
}

} // namespace healer::daemon
