// SPDX-License-Identifier: Apache-2.0
#include "healerctl/explanation.hpp"

#include "healerctl/advice.hpp"
#include "healerctl/fields.hpp"
#include "healerctl/reports.hpp"
#include "healerctl/text.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace healer::healerctl {

namespace {

using nlohmann::json;

constexpr std::uint64_t kHour = std::uint64_t{3600} * 1'000'000;

std::string pointInTime(std::uint64_t usec, std::uint64_t nowUsec) {
    return dateText(usec) + ", " + agoText(usec, nowUsec);
}

std::string lastEndOf(const Evidence& evidence) {
    const json lastExit = evidence.process.value("LastExit", json::object());
    const std::string how = exitWords(lastExit);
    if (how.empty()) {
        return "";
    }
    const std::uint64_t when = number(lastExit, "time_usec");
    const std::string pid = words(lastExit, "pid");
    return (when == 0 ? "" : pointInTime(when, evidence.nowUsec) + ": ") + how +
           (pid.empty() ? "" : " (PID " + pid + ")");
}

/// The events of the newest failure that the history knows, newest first.
std::vector<json> newestIncident(const std::vector<json>& history) {
    const auto newest = std::find_if(history.begin(), history.end(),
                                     [](const json& entry) { return number(entry, "incident") != 0; });
    std::vector<json> incident;
    if (newest != history.end()) {
        std::copy_if(history.begin(), history.end(), std::back_inserter(incident),
                     [&newest](const json& entry) {
                         return number(entry, "incident") == number(*newest, "incident");
                     });
    }
    return incident;
}

/// One failure in the night is bad luck, several are a pattern.
std::string earlierFailures(const std::vector<json>& history) {
    std::uint64_t last = 0;
    std::uint64_t first = 0;
    std::size_t count = 0;
    for (const json& entry : history) {
        if (entry.value("event", "") != "process-down") {
            continue;
        }
        const std::uint64_t when = number(entry, "time_usec");
        if (last == 0) {
            last = when;
        } else if (when + kHour >= last) {
            ++count;
            first = when;
        }
    }
    if (count == 0) {
        return "";
    }
    return "It went down " + std::to_string(count) + (count == 1 ? " more time" : " more times") +
           " in the hour before that, first at " + dateText(first);
}

std::string outcomeOf(const std::vector<json>& incident, const json& process) {
    std::size_t failed = 0;
    const json* newest = nullptr;
    bool startedSince = false;
    for (const json& entry : incident) {
        const std::string event = entry.value("event", "");
        if (event == "recovery-finished") {
            newest = newest == nullptr ? &entry : newest;
            failed += entry.value("ok", false) ? 0 : 1;
        } else if (event == "recovery-started" && newest == nullptr) {
            startedSince = true;
        }
    }
    const std::string failures =
        failed == 0 ? "" : std::to_string(failed) + (failed == 1 ? " start failed" : " starts failed");
    if (startedSince) {
        return "A start is under way" + (failures.empty() ? "" : "; before that, " + failures);
    }
    if (newest == nullptr) {
        return isUp(process) || incident.empty() ? "" : "Healer has not started it since";
    }
    if (newest->value("ok", false)) {
        const std::uint64_t took = number(*newest, "duration_usec");
        return "Healer brought it up as PID " + words(*newest, "pid") +
               (took == 0 ? "" : ", after " + durationText(took)) +
               (failures.empty() ? "" : "; before that, " + failures);
    }
    return failures + ", the last one because: " + words(*newest, "error");
}

/// What comes next where no time is set for it.
std::string nextIn(const std::string& state, const json& process) {
    static const std::map<std::string, std::string> kNext{
        {"disabled", "Nothing: it is disabled in the configuration"},
        {"stopped", "Nothing: somebody stopped it, and it stays stopped until somebody starts it"},
        {"starting", "It is started unless a running instance is found"},
        {"deferred", "It is started when what it waits for is healthy, or has been waited for long enough"},
        {"backoff", "It is started when the wait is over"},
        {"recovering", "The start under way either succeeds or counts as failed when start_timeout_secs are "
                       "over; then the next one follows, as the breaker allows"},
        {"down", "Nothing by itself: it is healed again once somebody has started it"},
        {"tripped", "One trial start when the cooldown is over"}};
    if (state == "paused") {
        return number(process, "PID") == 0
                   ? "Nothing until somebody resumes it: it is down, and recovery is paused"
                   : "It is watched, but not recovered if it goes down: recovery is paused";
    }
    if (state == "running") {
        return process.value("BreakerState", "closed") == "half-open"
                   ? "The breaker closes when it has stayed up for stable_secs; if it goes down before that, "
                     "the breaker opens again"
                   : "It is watched, and started again if it goes down";
    }
    const auto found = kNext.find(state);
    return found == kNext.end() ? "" : found->second;
}

void foretell(const Evidence& evidence, Explanation& explanation) {
    const json& process = evidence.process;
    const std::string state = process.value("State", "");
    const std::uint64_t retry = number(process, "BreakerRetryUSec");
    if (evidence.observeOnly) {
        explanation.next = "Nothing: Healer only observes (observe_only)";
    } else if (state == "tripped" && retry != 0) {
        explanation.nextUsec = retry;
        explanation.next = "One trial start " +
                           (retry > evidence.nowUsec ? agoText(retry, evidence.nowUsec) + ", at " +
                                                           clockText(retry, evidence.nowUsec)
                                                     : std::string("at any moment")) +
                           "; if it stays up, the breaker closes";
    } else {
        explanation.next = nextIn(state, process);
    }
    if (process.value("Degraded", false)) {
        explanation.next += ". It is degraded: something that it depends on is not healthy";
    }
}

std::vector<std::string> neighboursOf(const Evidence& evidence) {
    std::map<std::string, std::string> states;
    for (const json& process : evidence.processes) {
        states[process.value("Name", "")] = words(process, "State");
    }
    std::vector<std::string> result;
    for (const json& dependency : evidence.process.value("Dependencies", json::array())) {
        const std::string target = dependency.value("target", "");
        result.push_back((dependency.value("kind", "") == "after" ? "starts after " : "requires ") +
                         printable(target) + " (" + states[target] + ")");
    }
    const std::string name = evidence.process.value("Name", "");
    for (const json& process : evidence.processes) {
        for (const json& dependency : process.value("Dependencies", json::array())) {
            if (dependency.value("target", "") == name) {
                result.push_back("needed by " + words(process, "Name") + " (" + words(process, "State") +
                                 ")");
            }
        }
    }
    return result;
}

} // namespace

Explanation explain(const Evidence& evidence) {
    const json& process = evidence.process;
    Explanation explanation;
    const std::uint64_t since = number(process, "ActiveSinceUSec");
    const std::string reason = words(process, "StateReason");
    explanation.summary = words(process, "Name") + " is " + words(process, "State") +
                          (reason.empty() || reason == words(process, "State") ? "" : ": " + reason) +
                          (since == 0 ? "" : ", up since " + pointInTime(since, evidence.nowUsec));
    explanation.lastEnd = lastEndOf(evidence);
    explanation.earlier = earlierFailures(evidence.history);
    explanation.incident = newestIncident(evidence.history);
    explanation.outcome = outcomeOf(explanation.incident, process);
    foretell(evidence, explanation);
    explanation.neighbours = neighboursOf(evidence);
    explanation.advice = adviceFor(
        evidence, explanation.incident.empty() ? 0 : number(explanation.incident.front(), "incident"));
    return explanation;
}

} // namespace healer::healerctl
