// SPDX-License-Identifier: Apache-2.0
#include "core/event_catalog.hpp"

#include <algorithm>
#include <array>

namespace healer::core {

namespace {

using enum EventKind;

// clang-format off
constexpr std::array kEvents{
    EventInfo{processDown,          "process-down",          LogLevel::warn,  "d678c038e68746aa9f118324362c6f7f"},
    EventInfo{disconnected,         "process-disconnected",  LogLevel::warn,  "bca8c3d8ef9a49d2be2386a18b187f88"},
    EventInfo{recoveryStarted,      "recovery-started",      LogLevel::info,  "badf60c21843458bb7bdb123b633af77"},
    EventInfo{recoverySucceeded,    "recovery-finished",     LogLevel::info,  "796a2e8eb59440638b7a2cac16e296c2"},
    EventInfo{recoveryFailed,       "recovery-finished",     LogLevel::error, "cd277a6bc71644db99d2b90f2f06ffd4"},
    EventInfo{breakerOpened,        "breaker-changed",       LogLevel::error, "48150be5c1f9492bb8b4f9774e1a8090"},
    EventInfo{breakerHalfOpened,    "breaker-changed",       LogLevel::info,  "7cdcff65dc8e4dfb8fc846002a669c70"},
    EventInfo{breakerClosed,        "breaker-changed",       LogLevel::info,  "b50e1071279f4148be9f7f36b2718b46"},
    EventInfo{adopted,              "adopted",               LogLevel::info,  "bb1a10f65aa84c6f938c8aa6f9427ff1"},
    EventInfo{wouldStart,           "would-start",           LogLevel::info,  "961883d306a94c38adb6b749042674e2"},
    EventInfo{stopTimedOut,         "stop-timed-out",        LogLevel::warn,  "47a0059f013349bf8cce0fbb3e371c76"},
    EventInfo{waitsForDependency,   "waits-for-dependency",  LogLevel::info,  "b3767a1a1c144edb8bd7428c669aa491"},
    EventInfo{heldByDependency,     "held-by-dependency",    LogLevel::warn,  "c303ae1c3fc1413597a91e375b83d76f"},
    EventInfo{heldByDoubt,          "held-by-doubt",         LogLevel::warn,  "6f97d8453b7443bc8ca24f85ad0020b7"},
    EventInfo{degraded,             "degraded",              LogLevel::warn,  "8ee09c1945c44117914380ad16df103d"},
    EventInfo{degradedEnded,        "degraded-ended",        LogLevel::info,  "67771af7139747a58f96e82420223038"},
    EventInfo{restartPropagated,    "restart-propagated",    LogLevel::info,  "bcc535e739894a8292eb55495a9f485c"},
    EventInfo{instanceEnded,        "instance-ended",        LogLevel::info,  "8f7357ab2a3e4e75ab8ab634e51cf635"},
    EventInfo{secondCopy,           "second-copy",           LogLevel::warn,  "50e0e79c65734b189380dc5ca66741b4"},
    EventInfo{stopFailed,           "stop-failed",           LogLevel::warn,  "eb60736baca94be3aab74bb5827d069e"},
    EventInfo{healthyAgain,         "healthy-again",         LogLevel::info,  "a5eba8891dd34abc9e7029359555ee98"},
    EventInfo{unidentified,         "unidentified",          LogLevel::info,  "81e9d6d3462f4ce589cc47c6e8b13c84"},
    EventInfo{probeWarning,         "probe-warning",         LogLevel::warn,  "ff1f9d75025a40d79bc9d814ea819e1a"},
    EventInfo{probeNeverPassed,     "probe-never-passed",    LogLevel::warn,  "e14ff05b98524b499d15455a18ee0faa"},
    EventInfo{requested,            "requested",             LogLevel::info,  "a057018d5da64615be5648362031e69d"},
    EventInfo{dependencyOmitted,    "dependency-omitted",    LogLevel::warn,  "a8fe2ba960aa44eda01106324b508682"},
    EventInfo{followsUnit,          "follows-unit",          LogLevel::warn,  "761634d0f9464e5d856eefb4776d2196"},
    EventInfo{reloaded,             "reloaded",              LogLevel::info,  "e894d984923b4eeeaa4df8eacfee35ba"},
    EventInfo{reloadFailed,         "reload-failed",         LogLevel::error, "e752f70ef7a348ffb510fbc7b80ea9ca"},
    EventInfo{configurationWarning, "configuration-warning", LogLevel::warn,  "28223ec5d77e48d6b93f5210a77edbbe"},
    EventInfo{systemdUnreachable,   "systemd-unreachable",   LogLevel::warn,  "a4c9054bd8ad4dbc995fd8e2480dd803"},
    EventInfo{launchConfined,       "launch-confined",       LogLevel::warn,  "9265985aa92c4bb3b0a08a31e461fb29"},
    EventInfo{ebpfUnavailable,      "ebpf-unavailable",      LogLevel::warn,  "e50b1d237c9f43d0b450bcbf58311626"},
    EventInfo{kernelEventsLost,     "kernel-events-lost",    LogLevel::warn,  "8514dfead41c4798a12109471e8d19c8"},
    EventInfo{busUnavailable,       "bus-unavailable",       LogLevel::warn,  "016cc0c68d8b4f7895a0c15a18491c6e"},
    EventInfo{stateDamaged,         "state-damaged",         LogLevel::warn,  "a216919ff0c6435b9d94f79f2345d918"},
    EventInfo{stateNotSaved,        "state-not-saved",       LogLevel::warn,  "84d8b2950ed74de1942fe78efc3b6407"},
    EventInfo{probeImpossible,      "probe-impossible",      LogLevel::warn,  "1a36103799ae49468955c0a9950f1eb9"},
    EventInfo{pidFileDoubted,       "pid-file-doubted",      LogLevel::warn,  "bf8cdc02b9d24378a9168b8b5fe9374b"},
};

constexpr std::array kFields{
    EventFieldInfo{EventField::pid,          "pid",           "HEALER_PID",            'u'},
    EventFieldInfo{EventField::reason,       "reason",        "HEALER_REASON",         's'},
    EventFieldInfo{EventField::exit,         "exit",          "HEALER_EXIT",           's'},
    EventFieldInfo{EventField::url,          "url",           "HEALER_URL",            's'},
    EventFieldInfo{EventField::attempt,      "attempt",       "HEALER_ATTEMPT",        'u'},
    EventFieldInfo{EventField::cause,        "cause",         "HEALER_CAUSE",          's'},
    EventFieldInfo{EventField::ok,           "ok",            "HEALER_OK",             'b'},
    EventFieldInfo{EventField::error,        "error",         "HEALER_ERROR",          's'},
    EventFieldInfo{EventField::durationUsec, "duration_usec", "HEALER_DURATION_USEC",  't'},
    EventFieldInfo{EventField::from,         "from",          "HEALER_FROM",           's'},
    EventFieldInfo{EventField::to,           "to",            "HEALER_TO",             's'},
    EventFieldInfo{EventField::signal,       "signal",        "HEALER_SIGNAL",         'i'},
    EventFieldInfo{EventField::verb,         "verb",          "HEALER_VERB",           's'},
    EventFieldInfo{EventField::file,         "file",          "HEALER_FILE",           's'},
    EventFieldInfo{EventField::unit,         "unit",          "HEALER_UNIT",           's'},
};
// clang-format on

static_assert(kEvents.size() == static_cast<std::size_t>(EventKind::count), "a kind without a row");
static_assert(std::ranges::is_sorted(kEvents, {}, &EventInfo::kind), "rows are in the order of EventKind");
static_assert(kFields.size() == static_cast<std::size_t>(EventField::count), "a field without a row");
static_assert(std::ranges::is_sorted(kFields, {}, &EventFieldInfo::field),
              "rows are in the order of EventField");

} // namespace

std::span<const EventInfo> eventCatalog() {
    return kEvents;
}

const EventInfo& infoOf(EventKind kind) {
    return kEvents.at(static_cast<std::size_t>(kind));
}

std::span<const EventFieldInfo> eventFields() {
    return kFields;
}

const EventFieldInfo& infoOf(EventField field) {
    return kFields.at(static_cast<std::size_t>(field));
}

std::string_view event::toString(Verb verb) {
    switch (verb) {
    case Verb::start:
        return "start";
    case Verb::stop:
        return "stop";
    case Verb::restart:
        return "restart";
    case Verb::pause:
        return "pause";
    case Verb::resume:
        return "resume";
    case Verb::resetBreaker:
        return "reset-breaker";
    }
    return "";
}

} // namespace healer::core
