// SPDX-License-Identifier: Apache-2.0
#include "systemd/unit_character.hpp"

#include <algorithm>

namespace healer::systemd {

namespace {

bool contains(const std::vector<int>& values, const std::optional<int>& value) {
    return value && std::find(values.begin(), values.end(), *value) != values.end();
}

bool isInitScript(const UnitFacts& facts) {
    return facts.type == "forking" && facts.remainAfterExit;
}

std::string triggerNames(const UnitFacts& facts) {
    std::string names;
    for (const auto& trigger : facts.triggeredBy) {
        names += (names.empty() ? "" : ", ") + trigger;
    }
    if (names.empty() && facts.busActivated) {
        names = "the bus name " + facts.busName;
    }
    return names;
}

} // namespace

UnitKind kindOf(const UnitFacts& facts) {
    if (facts.type.empty()) {
        return UnitKind::other;
    }
    if (facts.type == "oneshot") {
        return facts.remainAfterExit ? UnitKind::setup : UnitKind::job;
    }
    // A process that forks is the main process where systemd knows which one that is.
    return facts.type == "forking" && facts.mainPid == 0 && facts.execMainPid == 0 ? UnitKind::scripted
                                                                                   : UnitKind::daemon;
}

bool isWorking(const UnitFacts& facts) {
    return kindOf(facts) == UnitKind::job && facts.active == "activating" && facts.sub.starts_with("start");
}

bool mayBecomeHollow(const UnitFacts& facts) {
    return isActive(facts) && facts.mainPid == 0 && kindOf(facts) != UnitKind::other &&
           kindOf(facts) != UnitKind::job;
}

bool isHollow(const UnitFacts& facts) {
    if (!mayBecomeHollow(facts) || facts.processes != std::optional<std::size_t>(0)) {
        return false;
    }
    switch (kindOf(facts)) {
    case UnitKind::daemon:
        return true; // RemainAfterExit= keeps it active after the end of its main process
    case UnitKind::scripted:
        // Some init scripts only set something up. A PID file means a daemon.
        return facts.hadProcesses || !facts.pidFile.empty();
    case UnitKind::setup:
        return facts.hadProcesses;
    case UnitKind::job:
    case UnitKind::other:
        break;
    }
    return false;
}

bool hasDaemon(const UnitFacts& facts, core::Duration monotonic) {
    if (facts.processes.value_or(0) == 0) {
        return false;
    }
    const core::Duration entered(static_cast<core::Duration::rep>(facts.activeEnter));
    return kindOf(facts) != UnitKind::setup || monotonic - entered >= kLasting;
}

bool endedWell(const UnitFacts& facts) {
    return facts.result == "success" && facts.active != "failed";
}

bool hasTriggers(const UnitFacts& facts) {
    return !facts.triggeredBy.empty() || facts.busActivated;
}

std::string reasonToEnd(const UnitFacts& facts, std::string_view trigger) {
    if (kindOf(facts) == UnitKind::job) {
        return "its work is done: a unit of Type=oneshot ends by itself";
    }
    if (!trigger.empty()) {
        return "it may end by itself: " + std::string(trigger) + " starts it when it is needed";
    }
    return {};
}

core::UnitEnd judgeEnd(const UnitFacts& facts, std::string_view trigger) {
    core::UnitEnd end;
    const bool ran = !facts.invocation.empty() || facts.execMainExit != 0;
    if (!ran) {
        // A job that nothing starts is started once.
        end.leave =
            trigger.empty() ? "" : "not running: " + std::string(trigger) + " starts it when it is needed";
        end.success = !end.leave.empty();
        return end;
    }
    const core::Exit exit = mainExit(facts);
    end.success = endedWell(facts) && !isActive(facts);
    if (end.success) {
        end.leave = reasonToEnd(facts, trigger);
    }
    if (contains(facts.preventing.statuses, exit.code) || contains(facts.preventing.signals, exit.signal)) {
        end.leave = core::describe(exit) +
                    ", after which it is not to be restarted (RestartPreventExitStatus= "
                    "of its unit)";
    }
    return end;
}

std::optional<core::Duration> limitOf(std::uint64_t timeout) {
    // systemd knows 0 as no limit too.
    constexpr std::uint64_t kCentury = std::uint64_t{100} * 365 * 86'400 * 1'000'000;
    return timeout == 0 || timeout > kCentury
               ? std::nullopt
               : std::optional(core::Duration(static_cast<core::Duration::rep>(timeout)));
}

std::string endNote(const UnitFacts& facts, std::string_view unit) {
    const std::string subject = "unit " + std::string(unit);
    if (kindOf(facts) == UnitKind::job) {
        const std::string starter = triggerNames(facts);
        return subject +
               " ends by itself (Type=oneshot): it cannot be kept up. Its clean end is no failure; a "
               "failed run is repeated" +
               (starter.empty() ? "" : ". " + starter + " starts it");
    }
    if (hasTriggers(facts)) {
        return subject + " is started by " + triggerNames(facts) +
               " and may end by itself: a clean end is no failure, a failed one is healed";
    }
    if (isInitScript(facts)) {
        return subject +
               " is active until it is stopped, whatever becomes of its processes (RemainAfterExit=): "
               "Healer counts them. A probe says more";
    }
    return {};
}

} // namespace healer::systemd
