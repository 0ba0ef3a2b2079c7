// SPDX-License-Identifier: Apache-2.0
#include "healerctl/explanation.hpp"

#include "core/event_catalog.hpp"
#include "core/last_exit.hpp"
#include "healerctl/text.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>

namespace healer::healerctl {

namespace {

constexpr std::uint64_t kHour = std::uint64_t{3600} * 1'000'000;

std::string pointInTime(std::uint64_t usec, std::uint64_t nowUsec) {
    return dateText(usec) + ", " + agoText(usec, nowUsec);
}

bool isOf(const HistoryEvent& entry, core::EventKind kind) {
    return entry.event == core::infoOf(kind).name;
}

std::string lastEndOf(const Evidence& evidence) {
    if (!evidence.process.lastExit) {
        return "";
    }
    const core::LastExit& last = *evidence.process.lastExit;
    const std::uint64_t when = core::usecOf(last.at.wall);
    return (when == 0 ? "" : pointInTime(when, evidence.nowUsec) + ": ") + inOneLine(core::describe(last)) +
           (last.pid == 0 ? "" : " (PID " + std::to_string(last.pid) + ")");
}

std::string withoutEnd(const ProcessStatus& process) {
    if (process.lastExit) {
        return "";
    }
    if (process.state == core::State::disabled) {
        return "Healer does not watch it";
    }
    return process.isUp() || process.pid != 0 ? "It has not ended since Healer began to watch it"
                                              : "It has not run since Healer began to watch it";
}

/// The events of the newest failure in the history, newest first. What has never come up has no failure, but
/// starts.
std::vector<HistoryEvent> newestIncident(const std::vector<HistoryEvent>& history) {
    constexpr std::ptrdiff_t kWithoutIncident = 10;
    const auto newest = std::ranges::find_if(history, [](const auto& entry) { return entry.incident != 0; });
    std::vector<HistoryEvent> incident;
    if (newest == history.end()) {
        const auto count = std::min(std::ssize(history), kWithoutIncident);
        incident.assign(history.begin(), history.begin() + count);
    } else {
        std::ranges::copy_if(history, std::back_inserter(incident),
                             [&newest](const auto& entry) { return entry.incident == newest->incident; });
    }
    return incident;
}

/// One failure in the night is bad luck, several are a pattern.
std::string earlierFailures(const std::vector<HistoryEvent>& history) {
    std::uint64_t last = 0;
    std::uint64_t first = 0;
    std::size_t count = 0;
    for (const HistoryEvent& entry : history) {
        if (!isOf(entry, core::EventKind::processDown)) {
            continue;
        }
        if (last == 0) {
            last = entry.timeUsec;
        } else if (entry.timeUsec + kHour >= last) {
            ++count;
            first = entry.timeUsec;
        }
    }
    if (count == 0) {
        return "";
    }
    return "It went down " + std::to_string(count) + (count == 1 ? " more time" : " more times") +
           " in the hour before that, first at " + dateText(first);
}

std::string outcomeOf(const std::vector<HistoryEvent>& incident, const ProcessStatus& process) {
    std::size_t failed = 0;
    const HistoryEvent* newest = nullptr;
    bool startedSince = false;
    for (const HistoryEvent& entry : incident) {
        if (isOf(entry, core::EventKind::recoverySucceeded)) { // and recoveryFailed, which has the same name
            newest = newest == nullptr ? &entry : newest;
            failed += entry.ok ? 0 : 1;
        } else if (isOf(entry, core::EventKind::recoveryStarted) && newest == nullptr) {
            startedSince = true;
        }
    }
    const std::string failures =
        failed == 0 ? "" : std::to_string(failed) + (failed == 1 ? " start failed" : " starts failed");
    if (startedSince) {
        return "A start is under way" + (failures.empty() ? "" : "; before that, " + failures);
    }
    if (newest == nullptr) {
        return process.isUp() || incident.empty() ? "" : "Healer has not started it since";
    }
    if (newest->ok) {
        const bool lasts = process.isUp() || process.pid != 0;
        return (lasts ? "Healer brought it up as PID " : "Its last start succeeded, as PID ") +
               std::to_string(newest->pid) +
               (newest->durationUsec == 0 ? "" : ", after " + durationText(newest->durationUsec)) +
               (failures.empty() ? "" : "; before that, " + failures);
    }
    return failures + ", the last one because: " + inOneLine(newest->error);
}

/// What comes next where no time is set for it.
std::string nextIn(const ProcessStatus& process) {
    if (!process.state) {
        return "";
    }
    switch (*process.state) {
    case core::State::disabled:
        return "Nothing: it is disabled in the configuration";
    case core::State::stopped:
        return "Nothing: it stays stopped until it is started";
    case core::State::starting:
        return "It is started unless a running instance is found";
    case core::State::deferred:
        return "It is started when its dependencies are healthy, or when the wait for them is over";
    case core::State::backoff:
        return "It is started when the wait is over";
    case core::State::recovering:
        return "The start under way either succeeds or counts as failed after start_timeout_secs; then the "
               "next one "
               "follows, as the breaker allows";
    case core::State::down:
        return "Healer looks at it again by itself, and starts it as soon as that is possible";
    case core::State::tripped:
        return "One trial start when the cooldown is over";
    case core::State::paused:
        return process.pid == 0 ? "Nothing until it is resumed: it is down, and recovery is paused"
                                : "It is watched, but not recovered if it goes down: recovery is paused";
    case core::State::running:
        break;
    }
    return process.breaker == core::BreakerState::halfOpen
               ? "The breaker closes when it has stayed up for stable_secs; if it goes down before that, "
                 "the breaker opens again"
               : "It is watched, and started again if it goes down";
}

void predict(const Evidence& evidence, Explanation& explanation) {
    const ProcessStatus& process = evidence.process;
    const std::uint64_t retry = process.breakerRetryUsec;
    if (evidence.observeOnly) {
        explanation.next = "Nothing: Healer only observes (observe_only)";
    } else if (process.state == core::State::tripped && retry != 0) {
        explanation.nextUsec = retry;
        explanation.next = "One trial start " +
                           (retry > evidence.nowUsec ? agoText(retry, evidence.nowUsec) + ", at " +
                                                           clockText(retry, evidence.nowUsec)
                                                     : std::string("at any moment")) +
                           "; if it stays up, the breaker closes";
    } else {
        explanation.next = nextIn(process);
    }
    if (process.degraded) {
        explanation.next += ". It is degraded: one of its dependencies is not healthy";
    }
}

std::vector<std::string> neighboursOf(const Evidence& evidence) {
    std::map<std::string, std::string> states;
    for (const ProcessStatus& process : evidence.processes) {
        states[process.name] = printable(process.stateWord);
    }
    std::vector<std::string> result;
    for (const DependencyStatus& dependency : evidence.process.dependencies) {
        result.push_back((dependency.kind == "after" ? "starts after " : "requires ") +
                         printable(dependency.target) + " (" + states[dependency.target] + ")");
    }
    for (const ProcessStatus& process : evidence.processes) {
        for (const DependencyStatus& dependency : process.dependencies) {
            if (dependency.target == evidence.process.name) {
                result.push_back("needed by " + printable(process.name) + " (" +
                                 printable(process.stateWord) + ")");
            }
        }
    }
    return result;
}

} // namespace

Explanation explain(const Evidence& evidence) {
    const ProcessStatus& process = evidence.process;
    Explanation explanation;
    std::string reason = process.stateReason;
    if (reason.starts_with(process.stateWord + "; ")) {
        reason.erase(0, process.stateWord.size() + 2); // "running; and what is to be known besides"
    }
    const bool hasReason = !reason.empty() && reason != process.stateWord;
    explanation.summary = printable(process.name) + " is " + printable(process.stateWord) +
                          (hasReason ? ": " + inOneLine(reason) : "") +
                          (process.activeSinceUsec == 0
                               ? ""
                               : ", up since " + pointInTime(process.activeSinceUsec, evidence.nowUsec));
    explanation.lastEnd = lastEndOf(evidence);
    explanation.withoutEnd = withoutEnd(process);
    explanation.earlier = earlierFailures(evidence.history);
    explanation.incident = newestIncident(evidence.history);
    explanation.outcome = outcomeOf(explanation.incident, process);
    predict(evidence, explanation);
    explanation.neighbours = neighboursOf(evidence);
    explanation.advice =
        adviceFor(evidence, explanation.incident.empty() ? 0 : explanation.incident.front().incident);
    return explanation;
}

} // namespace healer::healerctl
