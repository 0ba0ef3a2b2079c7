// SPDX-License-Identifier: Apache-2.0

#include "healerctl/reports.hpp"
#include "healerctl/text.hpp"

#include <algorithm>
#include <ostream>

namespace healer::healerctl {

using nlohmann::json;

namespace {

/// A long one is shown by its beginning and its end; newest first, as in the history.
void printIncident(const Terminal& terminal, const Evidence& evidence,
                   const std::vector<HistoryEvent>& incident) {
    constexpr std::ptrdiff_t kBeginning = 4;
    constexpr std::ptrdiff_t kEnd = 8;
    const HistoryStyle style{.indent = "  "};
    const std::ptrdiff_t hidden = std::ssize(incident) - kBeginning - kEnd;
    if (hidden <= 1) {
        printHistory(terminal, incident, style);
        return;
    }
    printHistory(terminal, {incident.end() - kBeginning, incident.end()}, style);
    terminal.out << "  ... " << hidden
                 << " more events: " << printable(shellText({"healerctl", "history", evidence.process.name}))
                 << '\n';
    printHistory(terminal, {incident.begin(), incident.begin() + kEnd}, style);
}

} // namespace

void printWhy(const Terminal& terminal, const Evidence& evidence, const Explanation& explanation) {
    const auto heading = [&terminal](const char* text) {
        terminal.out << '\n' << painted(terminal, Tone::bold, text) << '\n';
    };
    const auto line = [&terminal](const std::string& text) {
        terminal.out << (text.empty() ? "" : "  " + text + "\n");
    };
    terminal.out << painted(terminal, toneOf(evidence.process.state), "●") << ' ' << explanation.summary
                 << '\n';
    heading("What happened:");
    line(explanation.lastEnd);
    line(explanation.withoutEnd);
    line(explanation.earlier);
    if (!explanation.incident.empty()) {
        heading("What Healer did about it:");
        printIncident(terminal, evidence, explanation.incident);
        line(explanation.outcome);
    }
    heading("What comes next:");
    line(explanation.next);
    if (!explanation.neighbours.empty()) {
        heading("Dependencies:");
        for (const std::string& neighbour : explanation.neighbours) {
            line(neighbour);
        }
    }
    heading("What you can type:");
    std::size_t width = 0;
    for (const Advice& advice : explanation.advice) {
        width = std::max(width, columns(advice.command));
    }
    for (const Advice& advice : explanation.advice) {
        line(advice.command + std::string(width - columns(advice.command), ' ') + "  # " + advice.purpose);
    }
}

void printWhyAsJson(const Terminal& terminal, const Evidence& evidence, const Explanation& explanation) {
    json document = evidence.process.properties;
    document["History"] = entriesOf(evidence.history);
    json commands = json::array();
    for (const Advice& advice : explanation.advice) {
        commands.push_back({{"Command", advice.command}, {"Purpose", advice.purpose}});
    }
    document["Explanation"] = {
        {"Summary", explanation.summary},   {"LastEnd", explanation.lastEnd},
        {"Earlier", explanation.earlier},   {"Incident", entriesOf(explanation.incident)},
        {"Outcome", explanation.outcome},   {"Next", explanation.next},
        {"NextUSec", explanation.nextUsec}, {"Dependencies", explanation.neighbours},
        {"Commands", std::move(commands)}};
    printJson(terminal, document);
}

} // namespace healer::healerctl
