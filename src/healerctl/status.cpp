// SPDX-License-Identifier: Apache-2.0
#include "healerctl/status.hpp"

#include <utility>

namespace healer::healerctl {

namespace {

using nlohmann::json;

/// The value of a key, or the default where it is missing or has another type.
template <typename Value>
Value read(const json& object, std::string_view key, Value otherwise = {}) {
    const auto found = object.find(key);
    if (found == object.end()) {
        return otherwise;
    }
    try {
        return found->get<Value>();
    } catch (const json::exception&) {
        return otherwise;
    }
}

template <typename Number>
Number readNumber(const json& object, std::string_view key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_integer() ? found->get<Number>() : Number{0};
}

std::string text(const json& object, std::string_view key) {
    return read<std::string>(object, key);
}

/// The value as a field of LastExit holds it; none for another type.
std::optional<core::FieldValue> fieldIn(const json& value, char type) {
    switch (type) {
    case 's':
        return value.is_string() ? std::optional<core::FieldValue>(value.get<std::string>()) : std::nullopt;
    case 'i':
        return value.is_number_integer() ? std::optional<core::FieldValue>(value.get<std::int32_t>())
                                         : std::nullopt;
    case 'u':
        return value.is_number_integer() ? std::optional<core::FieldValue>(value.get<std::uint32_t>())
                                         : std::nullopt;
    case 't':
        return value.is_number_integer() ? std::optional<core::FieldValue>(value.get<std::uint64_t>())
                                         : std::nullopt;
    default:
        return std::nullopt;
    }
}

std::vector<DependencyStatus> dependenciesIn(const json& properties) {
    const json origins = read<json>(properties, "DependencyOrigins", json::object());
    std::vector<DependencyStatus> result;
    for (const json& dependency : read<json>(properties, "Dependencies", json::array())) {
        DependencyStatus one{.target = text(dependency, "target"),
                             .kind = text(dependency, "kind"),
                             .hard = read<bool>(dependency, "hard", DependencyStatus{}.hard),
                             .onFailure = text(dependency, "on_failure"),
                             .origin = {}};
        one.origin = read<std::string>(origins, one.target, "configuration");
        result.push_back(std::move(one));
    }
    return result;
}

} // namespace

std::optional<core::LastExit> lastExitIn(const json& details) {
    core::LastExit last;
    bool any = false;
    for (const core::LastExitField& field : core::lastExitFields()) {
        if (const auto found = details.find(field.name); found != details.end()) {
            const auto value = fieldIn(*found, field.type);
            any = (value && field.set(last, *value)) || any;
        }
    }
    return any ? std::optional(std::move(last)) : std::nullopt;
}

ProcessStatus processStatus(json properties) {
    ProcessStatus status{.name = text(properties, "Name"),
                         .stateWord = text(properties, "State"),
                         .state = {},
                         .stateReason = text(properties, "StateReason"),
                         .breakerWord = text(properties, "BreakerState"),
                         .breaker = {},
                         .breakerRetryUsec = readNumber<std::uint64_t>(properties, "BreakerRetryUSec"),
                         .pid = readNumber<std::uint32_t>(properties, "PID"),
                         .unit = text(properties, "Unit"),
                         .command = read<std::vector<std::string>>(properties, "Command"),
                         .monitors = read<std::vector<std::string>>(properties, "Monitors"),
                         .restartCount = readNumber<std::uint64_t>(properties, "RestartCount"),
                         .activeSinceUsec = readNumber<std::uint64_t>(properties, "ActiveSinceUSec"),
                         .degraded = read<bool>(properties, "Degraded"),
                         .dependencies = dependenciesIn(properties),
                         .lastExit = lastExitIn(read<json>(properties, "LastExit", json::object())),
                         .properties = {}};
    status.state = core::stateFromString(status.stateWord);
    status.breaker = core::breakerStateFromString(status.breakerWord);
    status.properties = std::move(properties);
    return status;
}

ManagerStatus managerStatus(json properties) {
    ManagerStatus status{.version = text(properties, "Version"),
                         .configPath = text(properties, "ConfigPath"),
                         .observeOnly = read<bool>(properties, "ObserveOnly"),
                         .ebpfStatus = text(properties, "EbpfStatus"),
                         .lostEvents = readNumber<std::uint64_t>(properties, "LostEvents"),
                         .processes = readNumber<std::uint64_t>(properties, "ProcessCount"),
                         .down = readNumber<std::uint64_t>(properties, "DownCount"),
                         .tripped = readNumber<std::uint64_t>(properties, "TrippedCount"),
                         .lastReloadError = text(properties, "LastReloadError"),
                         .properties = {}};
    status.properties = std::move(properties);
    return status;
}

HistoryEvent historyEvent(json entry) {
    HistoryEvent event{.event = text(entry, "event"),
                       .process = text(entry, "process"),
                       .message = text(entry, "message"),
                       .error = text(entry, "error"),
                       .timeUsec = readNumber<std::uint64_t>(entry, "time_usec"),
                       .incident = readNumber<std::uint64_t>(entry, "incident"),
                       .seq = readNumber<std::uint64_t>(entry, "seq"),
                       .durationUsec = readNumber<std::uint64_t>(entry, "duration_usec"),
                       .pid = readNumber<std::uint32_t>(entry, "pid"),
                       .ok = read<bool>(entry, "ok"),
                       .entry = {}};
    event.entry = std::move(entry);
    return event;
}

json entriesOf(const std::vector<HistoryEvent>& history) {
    json entries = json::array();
    for (const HistoryEvent& event : history) {
        entries.push_back(event.entry);
    }
    return entries;
}

} // namespace healer::healerctl
