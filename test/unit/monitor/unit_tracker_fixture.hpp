// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/unit/unit_tracker.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace healer::monitor::unit {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

inline systemd::UnitFacts running(pid_t pid = 10, const std::string& invocation = "a") {
    systemd::UnitFacts facts;
    facts.load = "loaded";
    facts.active = "active";
    facts.sub = "running";
    facts.invocation = invocation;
    facts.result = "success";
    facts.mainPid = pid;
    facts.execMainPid = pid;
    return facts;
}

inline systemd::UnitFacts failed(const std::string& invocation = "a") {
    auto facts = running(0, invocation);
    facts.active = "failed";
    facts.sub = "failed";
    facts.result = "signal";
    facts.execMainCode = CLD_KILLED;
    facts.execMainStatus = SIGKILL;
    facts.activeExit = 200;
    facts.execMainExit = 100;
    return facts;
}

inline systemd::UnitFacts inactive(const std::string& invocation = "a") {
    auto facts = failed(invocation);
    facts.active = "inactive";
    facts.sub = "dead";
    facts.result = "success";
    facts.execMainStatus = SIGTERM;
    return facts;
}

inline systemd::UnitFacts with(systemd::UnitFacts facts, std::uint32_t job) {
    facts.job = job;
    return facts;
}

class Tracker : public testing::Test {
protected:
    std::vector<std::string> report(const systemd::UnitFacts& facts) {
        const auto main =
            facts.mainPid != 0 ? std::optional(core::ProcessKey{facts.mainPid, 7}) : std::nullopt;
        return words(tracker.update(facts, main));
    }
    static std::vector<std::string> words(const std::vector<core::Event>& events) {
        std::vector<std::string> result;
        for (const auto& event : events) {
            if (const auto* up = std::get_if<core::event::Up>(&event)) {
                result.push_back("up " + std::to_string(core::pidOf(up->instance)));
            } else if (const auto* down = std::get_if<core::event::Down>(&event)) {
                const bool peace = down->unit.success && !down->unit.leave.empty();
                result.push_back("down " + std::to_string(core::pidOf(down->instance)) + " " +
                                 std::string(core::toString(down->exit.reason)) +
                                 (peace ? ", in peace" : ""));
            } else if (const auto* rest = std::get_if<core::event::UnitAtRest>(&event)) {
                if (rest->startedSince || !rest->unit.leave.empty()) {
                    result.emplace_back(rest->startedSince ? "at rest, started since" : "at rest, in peace");
                }
            } else if (std::holds_alternative<core::event::StoppedOnPurpose>(event)) {
                result.emplace_back("stopped");
            } else if (const auto* absent = std::get_if<core::event::Absent>(&event)) {
                result.push_back("absent: " + absent->detail);
            }
        }
        return result;
    }
    void job(std::uint32_t id, const std::string& result) {
        tracker.jobNew(id);
        tracker.jobRemoved(id, result);
    }
    void upAs(pid_t pid) {
        tracker.ask();
        ASSERT_THAT(report(running(pid)), ElementsAre("up " + std::to_string(pid)));
    }

    std::set<std::uint32_t> own;
    UnitTracker tracker{"web", "web.service", [this](std::uint32_t job) { return own.contains(job); }};
};

} // namespace healer::monitor::unit
