// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field_value.hpp"
#include "core/log_level.hpp"
#include "core/notice.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace healer::core {

/// The kinds of events, in the order of the catalogue.
enum class EventKind {
    processDown,
    disconnected,
    recoveryStarted,
    recoverySucceeded,
    recoveryFailed,
    breakerOpened,
    breakerHalfOpened,
    breakerClosed,
    adopted,
    wouldStart,
    stopTimedOut,
    waitsForDependency,
    heldByDependency,
    heldByDoubt,
    degraded,
    degradedEnded,
    restartPropagated,
    instanceEnded,
    secondCopy,
    stopFailed,
    healthyAgain,
    unidentified,
    probeWarning,
    probeNeverPassed,
    requested,
    dependencyOmitted,
    followsUnit,
    reloaded,
    reloadFailed,
    configurationWarning,
    systemdUnreachable,
    launchConfined,
    ebpfUnavailable,
    kernelEventsLost,
    busUnavailable,
    stateDamaged,
    stateNotSaved,
    probeImpossible,
    pidFileDoubted,
    count ///< how many there are
};

/// What is the same for every event of a kind. healer(8) and systemd/healer.catalog explain each.
struct EventInfo {
    EventKind kind;
    std::string_view name; ///< HEALER_EVENT of the journal, `event` of the history and of `healerctl watch`
    LogLevel severity;
    std::string_view messageId; ///< MESSAGE_ID; a new one is made with `systemd-id128 new`
};

[[nodiscard]] std::span<const EventInfo> eventCatalog();
[[nodiscard]] const EventInfo& infoOf(EventKind kind);

/// What an event may carry besides its sentence.
enum class EventField {
    pid,
    reason,
    exit,
    url,
    attempt,
    cause,
    ok,
    error,
    durationUsec,
    from,
    to,
    signal,
    verb,
    file,
    unit,
    count ///< how many there are
};

struct EventFieldInfo {
    EventField field;
    std::string_view name;    ///< in the history and on D-Bus
    std::string_view journal; ///< in the journal
    char type;                ///< on D-Bus
};

[[nodiscard]] std::span<const EventFieldInfo> eventFields();
[[nodiscard]] const EventFieldInfo& infoOf(EventField field);

/// One event as people and programs get it.
struct RenderedEvent {
    EventKind kind;
    std::string sentence;
    std::vector<std::pair<EventField, FieldValue>> fields = {}; ///< those that are known
    std::string process = {};                                   ///< whose event it is, or empty
};

/// What happened to the process of this name. PURE.
[[nodiscard]] RenderedEvent render(std::string_view process, const Notice& notice);
/// What happened to Healer itself. PURE.
[[nodiscard]] RenderedEvent render(const DaemonNotice& notice);

} // namespace healer::core
