// SPDX-License-Identifier: Apache-2.0
// Timeline: how it is written out.
#include "simulation/seconds_text.hpp"
#include "simulation/timeline.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iomanip>
#include <ostream>

namespace healer::simulation {

namespace {

constexpr int kTimeWidth = 10;
constexpr std::size_t kShortestColumn = 7; // "PROCESS"

double seconds(core::Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

/// Nothing of a configuration may steer the terminal.
std::string shown(std::string text) {
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f; },
        '?');
    return text;
}

} // namespace

std::string secondsText(core::Duration duration) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.3f", seconds(duration));
    return buffer;
}

void writeText(std::ostream& out, const std::vector<TimelineEntry>& entries,
               const std::vector<TimelineSummary>& summary) {
    std::size_t longest = kShortestColumn;
    for (const auto& row : summary) {
        longest = std::max(longest, row.process.size());
    }
    const int width = static_cast<int>(longest);
    for (const auto& entry : entries) {
        out << std::setw(kTimeWidth) << std::right << secondsText(entry.at) << "  " << std::left
            << std::setw(width) << entry.process << "  " << shown(entry.text) << '\n';
    }
    out << '\n'
        << std::left << std::setw(width) << "PROCESS"
        << "  AT THE END  RESTARTS  NOT UP (S)  BREAKER OPENED\n";
    for (const auto& row : summary) {
        out << std::left << std::setw(width) << row.process << "  " << std::setw(10)
            << core::toString(row.state) << "  " << std::right << std::setw(8) << row.restarts << "  "
            << std::setw(10) << secondsText(row.notUp) << "  " << std::setw(14) << row.breakerOpened << '\n';
    }
}

void writeJson(std::ostream& out, const std::vector<TimelineEntry>& entries,
               const std::vector<TimelineSummary>& summary) {
    const auto line = [&out](const nlohmann::json& object) {
        out << object.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << '\n';
    };
    for (const auto& entry : entries) {
        line({{"at_secs", seconds(entry.at)},
              {"process", entry.process},
              {"event", entry.event},
              {"text", entry.text}});
    }
    for (const auto& row : summary) {
        line({{"event", "summary"},
              {"process", row.process},
              {"state", std::string(core::toString(row.state))},
              {"restarts", row.restarts},
              {"not_up_secs", seconds(row.notUp)},
              {"breaker_opened", row.breakerOpened}});
    }
}

} // namespace healer::simulation
