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

/// What PID 1 reports about a unit, and what that means for the process that Healer makes of it.
namespace healer::systemd {

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

/// Whether its last run was ended from outside, as `systemctl stop` does: it left the state "active" before
/// its main process ended, and systemd calls that a success. For a job that was missed.
[[nodiscard]] bool wasStopped(const UnitFacts& facts);

/// Whether it exists and has not been started since PID 1 loaded it.
[[nodiscard]] bool isUntouched(const UnitFacts& facts);

/// Why the unit cannot be started at all ("unit web.service does not exist"); empty when it can.
[[nodiscard]] std::string loadFailure(const UnitFacts& facts, std::string_view unit);

/// The incarnation that an active unit is: its main process (`main`: its key), else a number made of the
/// invocation.
[[nodiscard]] core::Instance instanceOf(const UnitFacts& facts, std::optional<core::ProcessKey> main);

/// "unit web.service restarts by itself (Restart=always): ..."; empty for a unit that does not.
[[nodiscard]] std::string restartNote(const UnitFacts& facts, std::string_view unit);

} // namespace healer::systemd
