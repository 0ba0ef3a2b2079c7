// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/status.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace healer::healerctl {

/// All that the daemon shows of one process.
struct Evidence {
    ProcessStatus process;
    std::vector<HistoryEvent> history;    ///< its events, newest first
    std::vector<ProcessStatus> processes; ///< all processes, for its dependencies and dependents
    bool observeOnly = false;
    std::uint64_t nowUsec = 0; ///< CLOCK_REALTIME
    std::string host;          ///< of -H, so that the advice works there too
    std::string container;     ///< of -M
};

/// A command to type, and what it is good for.
struct Advice {
    std::string command;
    std::string purpose;
};

/// The answer to "why is it in this state?". Texts are printable; those that do not apply are empty.
struct Explanation {
    std::string summary;                ///< its state and the reason
    std::string lastEnd;                ///< how, when and after how long the last instance ended
    std::string withoutEnd;             ///< where none has ended yet: what that means
    std::string earlier;                ///< how often it went down shortly before that
    std::vector<HistoryEvent> incident; ///< the events of the last incident, else the last ones, newest first
    std::string outcome;                ///< the result of the starts in it
    std::string next;                   ///< what Healer does next
    std::uint64_t nextUsec = 0;         ///< when, on CLOCK_REALTIME; 0: no time is set for it
    std::vector<std::string> neighbours; ///< what it needs and what needs it, with the state of each
    std::vector<Advice> advice;
};

/// Draws the conclusions; reads nothing but the evidence.
[[nodiscard]] Explanation explain(const Evidence& evidence);

/// What to type next, the most useful first: where to read more, then what ends the present state.
/// `incident`: the number that the journal entries of the last failure have in common, 0 if there is none.
[[nodiscard]] std::vector<Advice> adviceFor(const Evidence& evidence, std::uint64_t incident);

} // namespace healer::healerctl
