// SPDX-License-Identifier: Apache-2.0
#include "core/event_catalog.hpp"
#include "runtime/log.hpp"

#include <type_traits>
#include <variant>

namespace healer::runtime {

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

LogEntry entryOf(const core::RenderedEvent& event) {
    const core::EventInfo& info = core::infoOf(event.kind);
    LogEntry entry{info.severity, event.sentence, info.messageId, {}};
    entry.fields.emplace_back("HEALER_EVENT", info.name);
    if (!event.process.empty()) {
        entry.fields.emplace_back("HEALER_PROCESS", event.process);
    }
    for (const auto& [field, value] : event.fields) {
        entry.fields.emplace_back(core::infoOf(field).journal, text(value));
        if (field == core::EventField::pid) {
            entry.fields.emplace_back("OBJECT_PID", text(value));
        }
    }
    return entry;
}

void Log::report(const core::DaemonNotice& notice) {
    write(entryOf(core::render(notice)));
}

} // namespace healer::runtime
