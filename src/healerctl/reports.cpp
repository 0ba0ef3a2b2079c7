// SPDX-License-Identifier: Apache-2.0
#include "healerctl/reports.hpp"

#include "core/event_catalog.hpp"
#include "core/last_exit.hpp"
#include "healerctl/text.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <ostream>

namespace healer::healerctl {

namespace {

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

constexpr std::size_t kLabelWidth = 12;
constexpr std::size_t kTextColumn = kLabelWidth + 2;

/// One line of a block, its label right-aligned as systemctl has it.
void line(const Terminal& terminal, const std::string& label, const std::string& text) {
    terminal.out << std::string(kLabelWidth - std::min(kLabelWidth, label.size()), ' ') << label << ": "
                 << text << '\n';
}

std::string since(const Terminal& terminal, std::uint64_t usec) {
    return usec == 0 ? "" : "since " + dateText(usec) + "; " + agoText(usec, terminal.nowUsec);
}

std::string pidText(std::uint32_t pid) {
    return pid == 0 ? "-" : std::to_string(pid);
}

Tone toneOfEvent(const HistoryEvent& entry) {
    if (entry.event == core::infoOf(core::EventKind::processDown).name) {
        return Tone::bad;
    }
    if (entry.event == core::infoOf(core::EventKind::recoverySucceeded).name) {
        return entry.ok ? Tone::good : Tone::bad;
    }
    return Tone::plain;
}

std::string breakerText(const Terminal& terminal, const ProcessStatus& process) {
    std::string text = painted(terminal, toneOf(process.breaker), printable(process.breakerWord));
    if (const std::uint64_t retry = process.breakerRetryUsec; retry != 0) {
        text += retry > terminal.nowUsec ? ", next trial in " + durationText(retry - terminal.nowUsec) +
                                               ", at " + clockText(retry, terminal.nowUsec)
                                         : ", the next trial is due";
    }
    return text;
}

} // namespace

void printTable(const Terminal& terminal, const std::vector<ProcessStatus>& processes) {
    using Row = std::array<std::string, 7>;
    std::vector<Row> rows{{"NAME", "STATE", "BREAKER", "PID", "SINCE", "RESTARTS", "REASON"}};
    for (const ProcessStatus& process : processes) {
        const std::uint64_t active = process.activeSinceUsec;
        rows.push_back({printable(process.name), printable(process.stateWord), printable(process.breakerWord),
                        pidText(process.pid), active == 0 ? "-" : agoText(active, terminal.nowUsec),
                        std::to_string(process.restartCount), inOneLine(process.stateReason)});
    }
    std::array<std::size_t, 7> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], columns(row[i]));
        }
    }
    // Only the reason is cut: `status` shows it in full.
    constexpr std::size_t kGaps = 12; // two columns between two cells
    const std::size_t before = std::accumulate(widths.begin(), widths.end() - 1, kGaps);
    const std::size_t reasonWidth =
        terminal.width == 0 ? widths.back() : std::max<std::size_t>(terminal.width, before + 20) - before;
    const auto toneOfCell = [&](std::size_t row, std::size_t column) {
        if (row == 0) {
            return Tone::bold;
        }
        const ProcessStatus& process = processes[row - 1];
        return column == 1 ? toneOf(process.state) : column == 2 ? toneOf(process.breaker) : Tone::plain;
    };
    for (std::size_t index = 0; index < rows.size(); ++index) {
        const Row& row = rows[index];
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string cell =
                i + 1 == row.size() ? shortened(row[i], reasonWidth) : padded(row[i], widths[i]) + "  ";
            terminal.out << painted(terminal, toneOfCell(index, i), cell);
        }
        terminal.out << '\n';
    }
    const auto up = std::ranges::count_if(processes, &ProcessStatus::isUp);
    terminal.out << '\n'
                 << processes.size() << (processes.size() == 1 ? " process, " : " processes, ") << up
                 << " up\n";
}

void printStatus(const Terminal& terminal, const ProcessStatus& process,
                 const std::vector<HistoryEvent>& history) {
    const Tone tone = toneOf(process.state);
    terminal.out << painted(terminal, tone, "●") << ' '
                 << painted(terminal, Tone::bold, printable(process.name)) << '\n';
    const std::string active = since(terminal, process.activeSinceUsec);
    line(terminal, "State",
         painted(terminal, tone, printable(process.stateWord)) + (active.empty() ? "" : " " + active) +
             (process.degraded ? " (degraded)" : ""));
    line(terminal, "Reason", inLines(process.stateReason, kTextColumn));
    line(terminal, "PID", pidText(process.pid));
    if (!process.unit.empty()) {
        line(terminal, "Unit", printable(process.unit));
    }
    line(terminal, "Command", printable(shellText(process.command)));
    line(terminal, "Monitors", joined(process.monitors));
    line(terminal, "Breaker", breakerText(terminal, process));
    line(terminal, "Restarts", std::to_string(process.restartCount));
    if (process.lastExit) {
        const std::uint64_t when = core::usecOf(process.lastExit->at.wall);
        line(terminal, "Last exit",
             inOneLine(core::describe(*process.lastExit)) +
                 (when == 0 ? "" : " (" + agoText(when, terminal.nowUsec) + ")"));
    }
    if (!history.empty()) {
        terminal.out << '\n';
        printHistory(terminal, history, {});
    }
}

void printManager(const Terminal& terminal, const ManagerStatus& manager) {
    terminal.out << painted(terminal, manager.down == 0 ? Tone::good : Tone::bad, "●") << ' '
                 << painted(terminal, Tone::bold, "Healer " + printable(manager.version)) << '\n';
    line(terminal, "Processes",
         std::to_string(manager.processes) + ", " + std::to_string(manager.down) + " down, " +
             std::to_string(manager.tripped) + " tripped");
    line(terminal, "Config", printable(manager.configPath));
    line(terminal, "eBPF", printable(manager.ebpfStatus));
    line(terminal, "Lost events", std::to_string(manager.lostEvents));
    if (manager.observeOnly) {
        line(terminal, "Mode", painted(terminal, Tone::notice, "observe only: nothing is done"));
    }
    if (!manager.lastReloadError.empty()) {
        line(terminal, "Reload",
             painted(terminal, Tone::bad,
                     "refused, so the configuration of before is in force:\n" +
                         std::string(kTextColumn, ' ') + inLines(manager.lastReloadError, kTextColumn)));
    }
}

void printHistory(const Terminal& terminal, const std::vector<HistoryEvent>& history,
                  const HistoryStyle& style) {
    std::size_t nameWidth = 0;
    std::size_t eventWidth = 0;
    for (const HistoryEvent& entry : history) {
        nameWidth = std::max(nameWidth, columns(printable(entry.process)));
        eventWidth = std::max(eventWidth, columns(printable(entry.event)));
    }
    const bool withName = style.names == HistoryStyle::Names::shown;
    for (auto entry = history.rbegin(); entry != history.rend(); ++entry) {
        terminal.out << style.indent << painted(terminal, Tone::dim, dateText(entry->timeUsec)) << "  "
                     << (withName ? padded(printable(entry->process), nameWidth) + "  " : "")
                     << painted(terminal, toneOfEvent(*entry), padded(printable(entry->event), eventWidth))
                     << "  " << inOneLine(entry->message) << '\n';
    }
}

} // namespace healer::healerctl
