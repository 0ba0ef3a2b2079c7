// SPDX-License-Identifier: Apache-2.0
#include "daemon/announcement.hpp"

#include "core/duration_text.hpp"
#include "runtime/message_ids.hpp"

#include <variant>

namespace healer::daemon {

namespace {

using core::LogLevel;
namespace id = runtime::message_id;

/// What differs from notice to notice; the rest is common.
struct Wording {
    LogLevel level = LogLevel::info;
    std::string_view messageId;
    std::string event; ///< as in the history
    std::string message;
    std::string reason;
    pid_t pid = 0;
    bus::HistoryEntry more;
};

std::string pidText(pid_t pid) {
    return " (PID " + std::to_string(pid) + ")";
}

Wording word(const std::string& name, const core::notice::ProcessDown& down) {
    return {LogLevel::warn,
            id::kProcessDown,
            "process-down",
            "Process " + name + pidText(down.pid) + " is down: " + down.reason,
            down.reason,
            down.pid,
            {{"exit", std::string(toString(down.exit.reason))}}};
}

Wording word(const std::string& name, const core::notice::Disconnected& disconnected) {
    return {LogLevel::warn,
            id::kDisconnected,
            "process-disconnected",
            "Process " + name + " is disconnected from " + disconnected.url + ": " + disconnected.reason,
            disconnected.reason,
            0,
            {{"url", disconnected.url}}};
}

Wording word(const std::string& name, const core::notice::RecoveryStarted& started) {
    std::string what;
    switch (started.cause) {
    case core::notice::Cause::initial:
        what = "Starting process " + name + ", which is not running";
        break;
    case core::notice::Cause::failure:
        what = "Restarting process " + name + " (attempt " + std::to_string(started.attempt) + ")";
        break;
    case core::notice::Cause::trial:
        what = "Restarting process " + name + " as a trial after the cooldown";
        break;
    case core::notice::Cause::dependency:
        what = "Restarting process " + name + ", as what it depends on was restarted";
        break;
    case core::notice::Cause::request:
        what = "Starting process " + name + " by request";
        break;
    }
    return {LogLevel::info,
            id::kRecoveryStarted,
            "recovery-started",
            what,
            "",
            0,
            {{"attempt", started.attempt}}};
}

Wording word(const std::string& name, const core::notice::RecoveryFinished& finished) {
    const auto usec = static_cast<std::uint64_t>(finished.took.count());
    if (!finished.ok) {
        return {LogLevel::error,
                id::kRecoveryFailed,
                "recovery-finished",
                "Failed to start process " + name + ": " + finished.error,
                finished.error,
                0,
                {{"ok", false}, {"error", finished.error}, {"duration_usec", usec}}};
    }
    const bool restart =
        finished.cause != core::notice::Cause::initial && finished.cause != core::notice::Cause::request;
    const std::string message =
        (restart ? "Successfully restarted process " : "Successfully started process ") + name +
        pidText(finished.pid) + " in " + core::durationText(finished.took);
    return {LogLevel::info,
            id::kRecoverySucceeded,
            "recovery-finished",
            message,
            "",
            finished.pid,
            {{"ok", true}, {"duration_usec", usec}}};
}

Wording word(const std::string& name, const core::notice::BreakerChanged& changed) {
    Wording wording;
    wording.event = "breaker-changed";
    wording.reason = changed.reason;
    wording.more = {{"from", std::string(toString(changed.from))}, {"to", std::string(toString(changed.to))}};
    switch (changed.to) {
    case core::BreakerState::open:
        wording.level = LogLevel::error;
        wording.messageId = id::kBreakerOpened;
        wording.message = "Circuit breaker is open for process " + name + ": " + changed.reason;
        break;
    case core::BreakerState::halfOpen:
        wording.messageId = id::kBreakerHalfOpened;
        wording.message = "Circuit breaker is half-open for process " + name + ": " + changed.reason;
        break;
    case core::BreakerState::closed:
        wording.messageId = id::kBreakerClosed;
        wording.message = "Circuit breaker is closed for process " + name + ": " + changed.reason;
        break;
    }
    return wording;
}

Wording word(const std::string& name, const core::notice::Adopted& adopted) {
    return {LogLevel::info,
            id::kAdopted,
            "adopted",
            "Found process " + name + " running" + pidText(adopted.pid),
            "",
            adopted.pid,
            {}};
}

Wording word(const std::string& /*name*/, const core::notice::Remark& remark) {
    return {remark.warning ? LogLevel::warn : LogLevel::info, id::kRemark, "remark", remark.text, "", 0, {}};
}

} // namespace

Announcement announcementOf(const core::action::Announce& announce, std::uint64_t realtimeUsec,
                            const std::string& unit) {
    Wording wording =
        std::visit([&](const auto& notice) { return word(announce.name, notice); }, announce.notice);
    Announcement result;
    result.log.level = wording.level;
    result.log.messageId = wording.messageId;
    result.log.message = wording.message;
    auto& fields = result.log.fields;
    fields = {{"HEALER_PROCESS", announce.name}, {"HEALER_EVENT", wording.event}};
    auto& history = result.history;
    history = std::move(wording.more);
    history["event"] = wording.event;
    history["process"] = announce.name;
    history["time_usec"] = realtimeUsec;
    history["message"] = wording.message;
    if (announce.incident != 0) {
        fields.emplace_back("HEALER_INCIDENT", std::to_string(announce.incident));
        history["incident"] = announce.incident;
    }
    if (wording.pid != 0) {
        fields.emplace_back("HEALER_PID", std::to_string(wording.pid));
        fields.emplace_back("OBJECT_PID", std::to_string(wording.pid));
        history["pid"] = static_cast<std::uint32_t>(wording.pid);
    }
    if (!wording.reason.empty()) {
        fields.emplace_back("HEALER_REASON", wording.reason);
        history["reason"] = wording.reason;
    }
    if (!unit.empty()) {
        fields.emplace_back("UNIT", unit);
    }
    return result;
}

} // namespace healer::daemon
