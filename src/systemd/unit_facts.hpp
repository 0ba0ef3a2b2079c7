// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "core/time.hpp"
#include "core/unit_relations.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What PID 1 reports about a unit, and what that means for the process that Healer makes of it.
namespace healer::systemd {

/// How systemd writes "infinity".
inline constexpr std::uint64_t kForever = UINT64_MAX;

/// Exit statuses and signals, as in RestartPreventExitStatus=.
struct ExitStatusSet {
    std::vector<int> statuses = {};
    std::vector<int> signals = {};

    bool operator==(const ExitStatusSet&) const = default;
};

/// The properties of a unit that matter here, as systemd reports them. Times are microseconds after boot, 0:
/// never.
struct UnitFacts {
    std::string id;            ///< the unit's own name, where it was asked for by an alias
    std::string load;          ///< "loaded", "not-found", "masked", "error", "bad-setting"
    std::string loadError;     ///< why it could not be loaded, a sentence
    std::string active;        ///< "active", "reloading", "activating", "deactivating", "inactive", "failed"
    std::string sub;           ///< "running", "exited", "auto-restart", ...
    std::string invocation;    ///< hexadecimal; empty: not started since it was loaded
    std::string result;        ///< "success", "exit-code", "signal", "start-limit-hit", ...; empty: has none
    std::string restart;       ///< Restart= of a service: "no", "always", ...
    std::uint32_t job = 0;     ///< in the queue or under way; 0: none
    bool conditionsMet = true; ///< when it was started last
    std::uint64_t activeExit = 0;
    pid_t mainPid = 0;
    pid_t execMainPid = 0;           ///< main process of now or before
    std::int64_t execMainCode = 0;   ///< CLD_EXITED, CLD_KILLED, CLD_DUMPED; 0: has not ended
    std::int64_t execMainStatus = 0; ///< exit status or signal
    std::uint64_t execMainStart = 0;
    std::uint64_t execMainExit = 0;
    core::UnitRelations relations = {};

    // What kind of unit it is; see unit_character.hpp.
    std::string type = {};                      ///< Type= of a service: "simple", "forking", "oneshot", ...
    bool remainAfterExit = false;               ///< RemainAfterExit=
    std::string pidFile = {};                   ///< PIDFile=
    std::string busName = {};                   ///< BusName=
    bool busActivated = false;                  ///< a message to that name starts it
    ExitStatusSet preventing = {};              ///< RestartPreventExitStatus=
    std::vector<std::string> triggeredBy = {};  ///< sockets, timers and paths that start it
    std::vector<std::string> conflicts = {};    ///< Conflicts=
    std::vector<std::string> conflictedBy = {}; ///< the units that name it there
    std::uint64_t timeoutStart = kForever;      ///< TimeoutStartSec=, kForever: no limit
    std::uint64_t timeoutStop = kForever;
    std::uint64_t runtimeMax = kForever;
    std::uint64_t activeEnter = 0;
    std::uint64_t inactiveExit = 0; ///< the beginning of its last start
    std::uint64_t inactiveEnter = 0;
    /// The processes that it has, where that was asked.
    std::optional<std::size_t> processes = {};
    bool hadProcesses = false; ///< some were left in this run when what started them had ended

    bool operator==(const UnitFacts&) const = default;
};

enum class UnitCondition {
    up,
    changing, ///< on the way somewhere: a job, a start, a stop, or systemd is about to restart it itself
    down,
};

[[nodiscard]] UnitCondition conditionOf(const UnitFacts& facts);

/// Whether a unit in this state ("active", ...) is active, whatever is asked of it.
[[nodiscard]] bool isActive(std::string_view state);
[[nodiscard]] inline bool isActive(const UnitFacts& facts) {
    return isActive(facts.active);
}

/// How the main process of now or before has ended, as far as systemd knows.
[[nodiscard]] core::Exit mainExit(const UnitFacts& facts);

/// How this process ended, where it was the last main process of the unit and has ended. `suspended`: how
/// long the machine has been suspended since boot, which systemd's times leave out.
[[nodiscard]] std::optional<core::Exit> endOf(const UnitFacts& facts, core::ProcessKey process,
                                              core::Duration suspended);

/// How a unit that is down came to its end.
[[nodiscard]] core::Exit exitOf(const UnitFacts& facts);

/// Whether its main process has ended as one does that has put itself into the background, or has handed
/// over; or has not ended, or there was none.
[[nodiscard]] bool mainEndedWell(const UnitFacts& facts);

/// Whether its last run was ended from outside, as `systemctl stop` does, whatever status it ended with: it
/// left the state "active" before its main process ended. For a job that was missed.
[[nodiscard]] bool wasStopped(const UnitFacts& facts);

/// Whether it exists and has not been started since PID 1 loaded it.
[[nodiscard]] bool isUntouched(const UnitFacts& facts);

/// Why the unit cannot be started at all ("unit web.service does not exist"); empty when it can.
[[nodiscard]] std::string loadFailure(const UnitFacts& facts, std::string_view unit);

/// The incarnation that an active unit is: its main process (`main`: its key), else a number made of the
/// invocation.
[[nodiscard]] core::Instance instanceOf(const UnitFacts& facts, std::optional<core::ProcessKey> main);

/// Whether this instance is the run that the facts are about, and had processes that outlived what started
/// them (`hadProcesses`).
[[nodiscard]] bool knownToHaveHadProcesses(const UnitFacts& facts, const core::Instance& instance);

/// Whether an active unit is still in the run that this instance belongs to.
[[nodiscard]] bool isOfThisRun(const UnitFacts& facts, const core::Instance& instance);

/// "unit web.service restarts by itself (Restart=always): ..."; empty for a unit that does not.
[[nodiscard]] std::string restartNote(const UnitFacts& facts, std::string_view unit);

} // namespace healer::systemd
