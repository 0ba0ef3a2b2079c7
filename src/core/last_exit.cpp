// SPDX-License-Identifier: Apache-2.0
#include "core/last_exit.hpp"

#include "core/duration_text.hpp"

#include <array>
#include <limits>
#include <utility>

namespace healer::core {

namespace {

using Known = std::optional<FieldValue>;

/// Does not compile with a member that is not named here: give it a row in the table below, too.
[[maybe_unused]] void everyMemberHasARow(const LastExit& last) {
    [[maybe_unused]] const auto& [exit, pid, at, runtime] = last;
    [[maybe_unused]] const auto& [reason, code, signal, sender, probe, detail] = exit;
    if (sender) {
        [[maybe_unused]] const auto& [senderSignal, senderPid, uid, comm] = *sender;
    }
}

Known number(const std::optional<int>& value) {
    return value ? Known(std::int32_t{*value}) : std::nullopt;
}

Known process(pid_t pid) {
    return pid > 0 ? Known(static_cast<std::uint32_t>(pid)) : std::nullopt;
}

Known text(const std::string& value) {
    return value.empty() ? std::nullopt : Known(value);
}

/// Hands the value to `store` when it has the type that `store` takes.
template <typename Value, typename Store>
bool with(const FieldValue& value, Store store) {
    const auto* held = std::get_if<Value>(&value);
    return held != nullptr && store(*held);
}

bool setPid(pid_t& pid, const FieldValue& value) {
    return with<std::uint32_t>(value, [&](std::uint32_t held) {
        const bool valid = std::in_range<pid_t>(held);
        pid = valid ? static_cast<pid_t>(held) : 0;
        return valid;
    });
}

bool setText(std::string& text, const FieldValue& value) {
    return with<std::string>(value, [&](const std::string& held) {
        text = held;
        return true;
    });
}

bool setNumber(std::optional<int>& number, const FieldValue& value) {
    return with<std::int32_t>(value, [&](std::int32_t held) {
        number = held;
        return true;
    });
}

/// Far enough from the limits that sums and differences of such times do not overflow.
bool isSaneTime(std::uint64_t usec) {
    return usec <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / 4);
}

SignalSender& sender(LastExit& last) {
    return last.exit.sender ? *last.exit.sender : last.exit.sender.emplace();
}

// clang-format off
constexpr std::array kFields{
    LastExitField{"reason", 's',
        [](const LastExit& last) -> Known { return std::string(toString(last.exit.reason)); },
        [](LastExit& last, const FieldValue& value) {
            return with<std::string>(value, [&](const std::string& word) {
                const auto reason = exitReasonFromString(word);
                last.exit.reason = reason.value_or(ExitReason::vanished);
                return reason.has_value();
            });
        }},
    LastExitField{"code", 'i',
        [](const LastExit& last) { return number(last.exit.code); },
        [](LastExit& last, const FieldValue& value) { return setNumber(last.exit.code, value); }},
    LastExitField{"signal", 'i',
        [](const LastExit& last) { return number(last.exit.signal); },
        [](LastExit& last, const FieldValue& value) { return setNumber(last.exit.signal, value); }},
    LastExitField{"pid", 'u',
        [](const LastExit& last) { return process(last.pid); },
        [](LastExit& last, const FieldValue& value) { return setPid(last.pid, value); }},
    LastExitField{"time_usec", 't',
        [](const LastExit& last) {
            const std::uint64_t usec = usecOf(last.at.wall);
            return usec == 0 ? std::nullopt : Known(usec);
        },
        [](LastExit& last, const FieldValue& value) {
            return with<std::uint64_t>(value, [&](std::uint64_t usec) {
                last.at.wall = WallTime(Duration(isSaneTime(usec) ? usec : 0));
                return isSaneTime(usec);
            });
        }},
    LastExitField{"runtime_usec", 't',
        [](const LastExit& last) {
            return last.runtime ? Known(static_cast<std::uint64_t>(last.runtime->count())) : std::nullopt;
        },
        [](LastExit& last, const FieldValue& value) {
            return with<std::uint64_t>(value, [&](std::uint64_t usec) {
                last.runtime = Duration(isSaneTime(usec) ? usec : 0);
                return isSaneTime(usec);
            });
        }},
    LastExitField{"sender_signal", 'i',
        [](const LastExit& last) {
            return last.exit.sender ? Known(std::int32_t{last.exit.sender->signal}) : std::nullopt;
        },
        [](LastExit& last, const FieldValue& value) {
            return with<std::int32_t>(value, [&](std::int32_t held) {
                sender(last).signal = held;
                return true;
            });
        }},
    LastExitField{"sender_pid", 'u',
        [](const LastExit& last) { return last.exit.sender ? process(last.exit.sender->pid) : std::nullopt; },
        [](LastExit& last, const FieldValue& value) { return setPid(sender(last).pid, value); }},
    LastExitField{"sender_uid", 'u',
        [](const LastExit& last) {
            return last.exit.sender ? Known(std::uint32_t{last.exit.sender->uid}) : std::nullopt;
        },
        [](LastExit& last, const FieldValue& value) {
            return with<std::uint32_t>(value, [&](std::uint32_t held) {
                sender(last).uid = held;
                return true;
            });
        }},
    LastExitField{"sender_comm", 's',
        [](const LastExit& last) { return last.exit.sender ? Known(last.exit.sender->comm) : std::nullopt; },
        [](LastExit& last, const FieldValue& value) { return setText(sender(last).comm, value); }},
    LastExitField{"probe", 's',
        [](const LastExit& last) { return text(last.exit.probe); },
        [](LastExit& last, const FieldValue& value) { return setText(last.exit.probe, value); }},
    LastExitField{"detail", 's',
        [](const LastExit& last) { return text(last.exit.detail); },
        [](LastExit& last, const FieldValue& value) { return setText(last.exit.detail, value); }},
};
// clang-format on

} // namespace

std::span<const LastExitField> lastExitFields() {
    return kFields;
}

std::string describe(const LastExit& last) {
    Exit exit = last.exit;
    const std::string detail = std::exchange(exit.detail, {});
    std::string text = describe(exit);
    if (last.runtime && *last.runtime > Duration::zero()) {
        text += ", after running " + durationText(*last.runtime);
    }
    return detail.empty() ? text : text + ": " + detail;
}

} // namespace healer::core
