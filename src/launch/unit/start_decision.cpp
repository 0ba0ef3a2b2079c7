// SPDX-License-Identifier: Apache-2.0
#include "launch/unit/start_decision.hpp"

namespace healer::launch::unit {

namespace {

std::string reason(const std::string& jobResult, const systemd::UnitFacts& facts) {
    if (jobResult == "dependency") {
        return "a unit that it requires could not be started";
    }
    if (jobResult == "canceled") {
        return "its start job was cancelled";
    }
    if (jobResult == "timeout" || facts.result == "timeout") {
        return "it was not up within systemd's time-out";
    }
    if (jobResult == "skipped" || !facts.conditionsMet) {
        return "a condition in its unit file is not met";
    }
    if (jobResult == "assert") {
        return "an assertion in its unit file is not met";
    }
    if (jobResult == "failed" && !facts.result.empty() && facts.result != "success") {
        return core::describe(systemd::exitOf(facts));
    }
    return "systemd's start job ended as \"" + jobResult + "\"";
}

} // namespace

StartStep nextStep(const systemd::UnitFacts& facts, const StartCircumstances& circumstances) {
    if (facts.job != 0) {
        return StartStep::awaitJob;
    }
    if (systemd::isActive(facts)) {
        const auto& old = circumstances.predecessor;
        const bool same =
            circumstances.instance == old || (old && facts.mainPid == 0 && systemd::isOfThisRun(facts, *old));
        return same ? StartStep::restart : StartStep::adopt;
    }
    if (!systemd::loadFailure(facts, "").empty()) {
        return StartStep::refuse;
    }
    if (facts.sub == "auto-restart") {
        // A start would have to wait for systemd's own.
        return StartStep::restart;
    }
    // Whether it was stopped before, the unit monitor has judged.
    return circumstances.afterFailure && circumstances.awaitedStop ? StartStep::stoppedOnPurpose
                                                                   : StartStep::start;
}

std::string failureText(const std::string& unit, const std::string& jobResult,
                        const systemd::UnitFacts& facts) {
    return "systemd did not start unit " + unit + ": " + reason(jobResult, facts) + "; see journalctl -u " +
           unit;
}

} // namespace healer::launch::unit
