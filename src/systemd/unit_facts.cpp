// SPDX-License-Identifier: Apache-2.0
#include "systemd/unit_facts.hpp"

#include "systemd/unit_character.hpp"

namespace healer::systemd {

namespace {

/// The results that are about more than the end of the main process.
std::string resultText(const std::string& result) {
    if (result == "start-limit-hit") {
        return "systemd has given up restarting it (start-limit-hit)";
    }
    if (result == "watchdog") {
        return "it did not answer systemd's watchdog";
    }
    if (result == "timeout") {
        return "systemd's time-out for it has passed";
    }
    return "systemd's result is \"" + result + "\"";
}

/// FNV-1a: the same for every Healer of this boot.
core::UnitRun runOf(const std::string& text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char letter : text) {
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
    }
    return {hash};
}

/// Its watchdog, the OOM killer or RuntimeMaxSec= make it leave "active" before its main process ends, too.
bool wasEndedBySystemd(const UnitFacts& facts) {
    if (facts.result == "watchdog" || facts.result == "oom-kill") {
        return true;
    }
    return facts.result == "timeout" && facts.runtimeMax != kForever && facts.activeEnter != 0 &&
           facts.activeExit - facts.activeEnter >= facts.runtimeMax;
}

/// A program of these types that ends before it has reported that it is ready is a failure, whatever its
/// status.
bool endsWellOnlyWhenStopped(const UnitFacts& facts) {
    return facts.type == "notify" || facts.type == "notify-reload" || facts.type == "dbus" ||
           facts.type == "forking";
}

bool isOfMainProcess(const std::string& result) {
    return result == "exit-code" || result == "signal" || result == "core-dump";
}

} // namespace

bool isActive(std::string_view state) {
    return state == "active" || state == "reloading" || state == "refreshing";
}

UnitCondition conditionOf(const UnitFacts& facts) {
    if (isHollow(facts)) {
        return facts.job != 0 ? UnitCondition::changing : UnitCondition::down;
    }
    if (isActive(facts) || isWorking(facts)) {
        return UnitCondition::up;
    }
    const bool moving = facts.job != 0 || facts.active == "activating" || facts.active == "deactivating";
    return moving ? UnitCondition::changing : UnitCondition::down;
}

core::Exit mainExit(const UnitFacts& facts) {
    return core::exitFromChildCode(static_cast<int>(facts.execMainCode),
                                   static_cast<int>(facts.execMainStatus));
}

std::optional<core::Exit> endOf(const UnitFacts& facts, core::ProcessKey process, core::Duration suspended) {
    constexpr core::Duration kTolerance = std::chrono::seconds(1); // from fork(2) to systemd's note of it
    const core::Duration started = core::startTime(process).time_since_epoch();
    const core::Duration noted(static_cast<core::Duration::rep>(facts.execMainStart));
    const bool same = facts.execMainPid == process.pid && started >= noted - kTolerance &&
                      started <= noted + suspended + kTolerance;
    return same && facts.execMainCode != 0 ? std::optional(mainExit(facts)) : std::nullopt;
}

core::Exit exitOf(const UnitFacts& facts) {
    core::Exit exit = mainExit(facts);
    if (facts.result.empty() || facts.result == "success") {
        if (isActive(facts)) {
            exit.detail =
                "nothing of it is left running, although systemd calls it active (" + facts.sub + ")";
        } else if (exit.reason == core::ExitReason::vanished) {
            exit.detail = "the unit became inactive";
        }
        return exit;
    }
    const bool failed = exit.signal || (exit.code && *exit.code != 0);
    if (facts.result == "oom-kill") {
        exit.reason = core::ExitReason::oomKilled;
    } else if (facts.result == "start-limit-hit" && failed) {
        exit.detail = resultText(facts.result);
    } else if (!isOfMainProcess(facts.result) || !failed) {
        exit.reason = core::ExitReason::unitFailed;
        exit.detail = resultText(facts.result);
    }
    if (exit.detail.empty() && facts.active == "failed" && !facts.restart.empty() && facts.restart != "no") {
        exit.detail = "systemd has given up restarting it";
    }
    return exit;
}

bool mainEndedWell(const UnitFacts& facts) {
    const core::Exit exit = mainExit(facts);
    return facts.execMainCode == 0 || (exit.reason == core::ExitReason::exited && exit.code == 0);
}

bool wasStopped(const UnitFacts& facts) {
    const bool down = facts.active == "inactive" || facts.active == "failed";
    const bool success = facts.result.empty() || facts.result == "success";
    // A later run that was never active leaves the time of the one before.
    const bool wasActive = facts.activeExit != 0 && facts.execMainStart <= facts.activeExit;
    if (down && !wasActive && facts.execMainExit != 0) {
        return success && facts.active == "inactive" && endsWellOnlyWhenStopped(facts);
    }
    if (!down || facts.activeExit == 0) {
        return false;
    }
    if (facts.execMainExit == 0) {
        return success && facts.active == "inactive";
    }
    return facts.activeExit < facts.execMainExit && !wasEndedBySystemd(facts);
}

bool isUntouched(const UnitFacts& facts) {
    return facts.load == "loaded" && facts.active == "inactive" && facts.invocation.empty();
}

std::string loadFailure(const UnitFacts& facts, std::string_view unit) {
    const std::string subject = "unit " + std::string(unit);
    if (facts.load.empty() || facts.load == "loaded" || facts.load == "merged" || facts.load == "stub") {
        return {};
    }
    if (facts.load == "not-found") {
        return subject + " does not exist";
    }
    if (facts.load == "masked") {
        return subject + " is masked (systemctl unmask makes it startable)";
    }
    const std::string why = facts.loadError.empty() ? facts.load : facts.loadError;
    return subject + " cannot be loaded: " + why;
}

core::Instance instanceOf(const UnitFacts& facts, std::optional<core::ProcessKey> main) {
    if (isWorking(facts)) {
        return runOf(facts.invocation);
    }
    if (facts.mainPid != 0) {
        return main ? core::Instance(*main) : core::Instance(core::EndedProcess{facts.mainPid});
    }
    return runOf(facts.hadProcesses ? facts.invocation + "/processes" : facts.invocation);
}

bool knownToHaveHadProcesses(const UnitFacts& facts, const core::Instance& instance) {
    return !facts.invocation.empty() && instance == core::Instance(runOf(facts.invocation + "/processes"));
}

bool isOfThisRun(const UnitFacts& facts, const core::Instance& instance) {
    if (const auto* run = std::get_if<core::UnitRun>(&instance)) {
        return *run == runOf(facts.invocation) || *run == runOf(facts.invocation + "/processes");
    }
    const pid_t pid = core::pidOf(instance);
    return pid != 0 && (pid == facts.mainPid || (facts.mainPid == 0 && pid == facts.execMainPid));
}

std::string restartNote(const UnitFacts& facts, std::string_view unit) {
    if (facts.restart.empty() || facts.restart == "no") {
        return {};
    }
    return "unit " + std::string(unit) + " restarts by itself (Restart=" + facts.restart +
           "): it is healed only when systemd has given up";
}

} // namespace healer::systemd
