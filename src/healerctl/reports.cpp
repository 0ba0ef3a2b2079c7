// SPDX-License-Identifier: Apache-2.0
#include "healerctl/reports.hpp"

#include "healerctl/fields.hpp"
#include "healerctl/text.hpp"

#include <algorithm>
#include <array>
#include <ostream>

namespace healer::healerctl {

namespace {

using nlohmann::json;

std::string joined(const std::vector<std::string>& parts) {
    std::string result;
    for (const std::string& part : parts) {
        result += (result.empty() ? "" : ", ") + printable(part);
    }
    return result;
}

std::string padded(const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, columns(text)), ' ');
}

/// One line of a block, its label right-aligned as systemctl has it.
void line(const Terminal& terminal, const std::string& label, const std::string& text) {
    constexpr std::size_t kLabelWidth = 12;
    terminal.out << std::string(kLabelWidth - std::min(kLabelWidth, label.size()), ' ') << label << ": "
                 << text << '\n';
}

std::string since(const Terminal& terminal, std::uint64_t usec) {
    return usec == 0 ? "" : "since " + dateText(usec) + "; " + agoText(usec, terminal.nowUsec);
}

std::string breakerText(const Terminal& terminal, const json& process) {
    const std::string state = words(process, "BreakerState");
    std::string text = painted(terminal, toneOfState(state), state);
    if (const std::uint64_t retry = number(process, "BreakerRetryUSec"); retry != 0) {
        text += retry > terminal.nowUsec ? ", next trial in " + durationText(retry - terminal.nowUsec) +
                                               ", at " + clockText(retry, terminal.nowUsec)
                                         : ", the next trial is due";
    }
    return text;
}

/// "SIGTERM", where the value is there.
std::string signalWords(const json& values, const char* key) {
    const auto signal = values.find(key);
    return signal != values.end() && signal->is_number() ? signalText(signal->get<int>()) : "";
}

/// ", sent by PID 77 (bash) of UID 0"
std::string senderWords(const json& lastExit) {
    const std::string uid = words(lastExit, "sender_uid");
    if (uid.empty()) {
        return "";
    }
    const std::string pid = words(lastExit, "sender_pid");
    const std::string comm = words(lastExit, "sender_comm");
    return (lastExit.contains("signal")
                ? ", sent by "
                : ", after a " + signalWords(lastExit, "sender_signal") + " sent by ") +
           (pid.empty() ? "a process outside the PID namespace" : "PID " + pid) +
           (comm.empty() ? "" : " (" + comm + ")") + " of UID " + uid;
}

} // namespace

std::string exitWords(const json& lastExit) {
    if (!lastExit.is_object() || lastExit.empty()) {
        return "";
    }
    const std::string reason = words(lastExit, "reason");
    const std::string by = signalWords(lastExit, "signal");
    std::string text = reason;
    if (reason == "exited") {
        text = "exited with status " + words(lastExit, "code");
    } else if (reason == "signaled") {
        text = "killed by " + (by.empty() ? "a signal" : by);
    } else if (reason == "core-dumped") {
        text = "dumped core" + (by.empty() ? "" : " (" + by + ")");
    } else if (reason == "oom-killed") {
        text = "killed for want of memory";
    } else if (reason == "probe-failed") {
        const std::string probe = words(lastExit, "probe");
        text = "failed its probe" + (probe.empty() ? "" : " " + probe);
    } else if (reason == "unit-failed") {
        text = "its unit failed";
    } else if (reason == "vanished") {
        text = "vanished, nobody could say how";
    }
    text += senderWords(lastExit);
    if (number(lastExit, "runtime_usec") != 0) {
        text += ", after running " + durationText(number(lastExit, "runtime_usec"));
    }
    const std::string detail = words(lastExit, "detail");
    return text + (detail.empty() ? "" : ": " + detail);
}

bool isUp(const json& process) {
    const std::string state = process.value("State", "");
    return state == "running" || (state == "paused" && number(process, "PID") != 0);
}

void printTable(const Terminal& terminal, const std::vector<json>& processes) {
    using Row = std::array<std::string, 7>;
    std::vector<Row> rows{{"NAME", "STATE", "BREAKER", "PID", "SINCE", "RESTARTS", "REASON"}};
    for (const json& process : processes) {
        const std::uint64_t pid = number(process, "PID");
        const std::uint64_t active = number(process, "ActiveSinceUSec");
        rows.push_back({words(process, "Name"), words(process, "State"), words(process, "BreakerState"),
                        pid == 0 ? "-" : std::to_string(pid),
                        active == 0 ? "-" : agoText(active, terminal.nowUsec), words(process, "RestartCount"),
                        words(process, "StateReason")});
    }
    std::array<std::size_t, 7> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], columns(row[i]));
        }
    }
    for (std::size_t index = 0; index < rows.size(); ++index) {
        const Row& row = rows[index];
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool coloured = index > 0 && (i == 1 || i == 2);
            const Tone tone = index == 0 ? Tone::bold : coloured ? toneOfState(row[i]) : Tone::plain;
            const std::string cell = i + 1 == row.size() ? row[i] : padded(row[i], widths[i]) + "  ";
            terminal.out << painted(terminal, tone, cell);
        }
        terminal.out << '\n';
    }
    const auto up = std::count_if(processes.begin(), processes.end(), isUp);
    terminal.out << '\n'
                 << processes.size() << (processes.size() == 1 ? " process, " : " processes, ") << up
                 << " up\n";
}

void printStatus(const Terminal& terminal, const json& process, const std::vector<json>& history) {
    const std::string state = words(process, "State");
    const Tone tone = toneOfState(state);
    terminal.out << painted(terminal, tone, "●") << ' '
                 << painted(terminal, Tone::bold, words(process, "Name")) << '\n';
    const std::string active = since(terminal, number(process, "ActiveSinceUSec"));
    line(terminal, "State",
         painted(terminal, tone, state) + (active.empty() ? "" : " " + active) +
             (process.value("Degraded", false) ? " (degraded)" : ""));
    line(terminal, "Reason", words(process, "StateReason"));
    const std::uint64_t pid = number(process, "PID");
    line(terminal, "PID", pid == 0 ? "-" : std::to_string(pid));
    if (const std::string unit = words(process, "Unit"); !unit.empty()) {
        line(terminal, "Unit", unit);
    }
    line(terminal, "Command", printable(shellText(texts(process, "Command"))));
    line(terminal, "Monitors", joined(texts(process, "Monitors")));
    line(terminal, "Breaker", breakerText(terminal, process));
    line(terminal, "Restarts", words(process, "RestartCount"));
    const json lastExit = process.value("LastExit", json::object());
    if (const std::string last = exitWords(lastExit); !last.empty()) {
        const std::uint64_t when = number(lastExit, "time_usec");
        line(terminal, "Last exit", last + (when == 0 ? "" : " (" + agoText(when, terminal.nowUsec) + ")"));
    }
    if (!history.empty()) {
        terminal.out << '\n';
        printHistory(terminal, history, false, "");
    }
}

void printManager(const Terminal& terminal, const json& manager) {
    const std::uint64_t down = number(manager, "DownCount");
    terminal.out << painted(terminal, down == 0 ? Tone::good : Tone::bad, "●") << ' '
                 << painted(terminal, Tone::bold, "Healer " + words(manager, "Version")) << '\n';
    line(terminal, "Processes",
         words(manager, "ProcessCount") + ", " + words(manager, "DownCount") + " down, " +
             words(manager, "TrippedCount") + " tripped");
    line(terminal, "Config", words(manager, "ConfigPath"));
    line(terminal, "eBPF", words(manager, "EbpfStatus"));
    line(terminal, "Lost events", words(manager, "LostEvents"));
    if (manager.value("ObserveOnly", false)) {
        line(terminal, "Mode", painted(terminal, Tone::notice, "observe only: nothing is done"));
    }
    if (const std::string error = words(manager, "LastReloadError"); !error.empty()) {
        line(terminal, "Reload", painted(terminal, Tone::bad, "refused: " + error));
    }
}

void printHistory(const Terminal& terminal, const std::vector<json>& history, bool withName,
                  const std::string& indent) {
    std::size_t nameWidth = 0;
    std::size_t eventWidth = 0;
    for (const json& entry : history) {
        nameWidth = std::max(nameWidth, columns(words(entry, "process")));
        eventWidth = std::max(eventWidth, columns(words(entry, "event")));
    }
    for (auto entry = history.rbegin(); entry != history.rend(); ++entry) {
        const std::string event = words(*entry, "event");
        const Tone tone = event == "process-down"        ? Tone::bad
                          : event == "recovery-finished" ? Tone::good
                                                         : Tone::plain;
        std::string text = words(*entry, "message");
        text = text.empty() ? words(*entry, "reason") : text;
        terminal.out << indent << painted(terminal, Tone::dim, dateText(number(*entry, "time_usec"))) << "  "
                     << (withName ? padded(words(*entry, "process"), nameWidth) + "  " : "")
                     << painted(terminal, tone, padded(event, eventWidth)) << "  " << text << '\n';
    }
}

} // namespace healer::healerctl
