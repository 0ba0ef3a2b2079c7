// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/explanation.hpp"
#include "healerctl/status.hpp"
#include "healerctl/terminal.hpp"

#include <string>
#include <vector>

/// What the reading commands print for people. Everything that comes from the daemon goes through
/// printable().
namespace healer::healerctl {

/// NAME STATE BREAKER PID SINCE RESTARTS REASON, a line a process, and a summary.
void printTable(const Terminal& terminal, const std::vector<ProcessStatus>& processes);

/// The block of `status NAME`; the history as the daemon gave it, newest first.
void printStatus(const Terminal& terminal, const ProcessStatus& process,
                 const std::vector<HistoryEvent>& history);

/// The block of `status` without a name.
void printManager(const Terminal& terminal, const ManagerStatus& manager);

struct HistoryStyle {
    enum class Names { shown, hidden };
    Names names = Names::hidden; ///< shown: of several processes
    std::string indent = {};
};
/// Entries as the daemon gave them, newest first; printed oldest first.
void printHistory(const Terminal& terminal, const std::vector<HistoryEvent>& history,
                  const HistoryStyle& style);

/// What `why` prints, in the order of the questions: what state, what happened, what was done, what comes,
/// what to type.
void printWhy(const Terminal& terminal, const Evidence& evidence, const Explanation& explanation);
/// The properties of the process, `History`, and `Explanation` with the same answers.
void printWhyAsJson(const Terminal& terminal, const Evidence& evidence, const Explanation& explanation);

} // namespace healer::healerctl
