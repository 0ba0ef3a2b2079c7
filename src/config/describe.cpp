// SPDX-License-Identifier: Apache-2.0
#include "config/describe.hpp"

#include "config/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <vector>

namespace healer::config {
namespace {

using Row = std::array<std::string, 5>;

std::string secondsText(core::Duration duration) {
    std::array<char, 32> buffer{};
    const double seconds = std::chrono::duration<double>(duration).count();
    const auto [end, error] =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), seconds, std::chars_format::fixed);
    return std::string(buffer.data(), end) + " s";
}

/// Control characters must not reach the terminal.
std::string shown(const std::string& text) {
    std::string safe = escaped(text);
    const bool plain = !safe.empty() && safe.find_first_of(" \"'\\$*;&|<>()") == std::string::npos;
    return plain && safe == text ? safe : '"' + safe + '"';
}

std::string monitorsText(const core::ProcessPlan& process) {
    std::string text;
    for (const core::MonitorPlan& monitor : process.monitors) {
        text += (text.empty() ? "" : ",") + monitor.type;
    }
    return text;
}

std::string commandText(const core::CommandPlan& command) {
    std::string text = shown(command.path);
    for (const std::string& arg : command.args) {
        text += ' ' + shown(arg);
    }
    return text;
}

std::string breakerText(const core::RecoveryPlan& recovery) {
    return std::to_string(recovery.retries) + " in " + secondsText(recovery.retryWindow) + ", then " +
           secondsText(recovery.cooldown);
}

Row rowOf(const core::ProcessPlan& process) {
    const bool isUnit = !process.unit.empty();
    return {process.enabled ? process.name : process.name + " (disabled)", monitorsText(process),
            isUnit ? "-" : process.command.user.name, breakerText(process.recovery),
            isUnit ? "unit " + process.unit : commandText(process.command)};
}

} // namespace

std::string describePlan(const core::Plan& plan) {
    if (plan.processes.empty()) {
        return "No processes are configured.\n";
    }
    std::vector<Row> rows = {{"NAME", "MONITORS", "USER", "BREAKER", "COMMAND"}};
    for (const auto& process : plan.processes) {
        rows.push_back(rowOf(*process));
    }
    std::array<std::size_t, 5> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string table;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i) {
            table += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
        }
        table += row.back() + '\n';
    }
    const auto enabled = std::count_if(plan.processes.begin(), plan.processes.end(),
                                       [](const auto& process) { return process->enabled; });
    table += std::to_string(enabled) + " of " + std::to_string(plan.processes.size()) +
             (plan.processes.size() == 1 ? " process" : " processes") + " would be watched";
    const bool hasUnits = std::any_of(plan.processes.begin(), plan.processes.end(),
                                      [](const auto& process) { return !process->unit.empty(); });
    table += plan.observeOnly ? ", none would be recovered (observe_only).\n" : ".\n";
    if (hasUnits) {
        table += "A unit with Restart= in its unit file is recovered only after systemd has given up.\n";
    }
    return table;
}

} // namespace healer::config
