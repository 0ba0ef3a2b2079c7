// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "core/unit_relations.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// What monitors, launchers and the bus report to the coordinator. Reports are facts; what follows from them
/// is decided in the core alone. Reports about unrelated processes, repeated and late ones are legal and
/// change nothing.
namespace healer::core::event {

/// A monitor saw a verified running instance. Repeats are fine.
struct Up {
    std::string name;
    Instance instance;
    /// The system service that it is the main process of, where that is neither Healer's own nor the unit
    /// of this process.
    std::string unit = {};
    bool byOther = false; ///< it is known that another client of systemd has started it
    bool ownUnit = false; ///< it is in the transient unit of this process
    bool named = false;   ///< a PID file names it
};

/// A monitor looked and there is no instance (the answer to start() and to look(); also a PID file that stays
/// missing or garbled for longer than a start may take).
struct Absent {
    std::string name;
    std::string detail; ///< why, for people: "PID file /run/web.pid is empty"
    /// A process that may be the instance, which is not certain: `detail` says why. Nothing is started on its
    /// account, except on request.
    std::optional<ProcessKey> doubtful = {};
};

/// What systemd and the unit of a process say about an end, or about the unit being at rest. Empty where they
/// have nothing to say, as for a command.
struct UnitEnd {
    bool success = false;       ///< it counts as success, whatever status or signal it ended with
    std::string leave = {};     ///< why it is left alone, whatever restart_on says; empty: it is not
    std::string stoppedBy = {}; ///< the unit because of which systemd stopped it; empty: not by systemd
    std::string obstacle = {};  ///< why it must not be started at present: "waits for ..."; empty: it may
    bool gone = false;          ///< there is no such unit any longer

    bool operator==(const UnitEnd&) const = default;
};

/// An incarnation ended. It may still be releasing ports and files: what starts a successor waits for its
/// pidfd.
struct Down {
    std::string name;
    Instance instance;
    Exit exit;
    UnitEnd unit = {};
};

/// The unit of a process is at rest, and no end is to be reported. Comes before Absent.
struct UnitAtRest {
    std::string name;
    bool startedSince =
        false; ///< another client of systemd had it started meanwhile, and that has ended or failed
    std::optional<Exit> end = {};        ///< of its last run, where it had one that systemd remembers
    std::optional<TimePoint> ranAt = {}; ///< when that run was started, at the latest
    UnitEnd unit = {};
};

/// A probe passes: success_threshold times in a row after it had not, or as its answer to start() and look().
/// It says nothing about which process answers.
struct Healthy {
    std::string name;
    std::size_t monitor = 0;  ///< index of the probe in the plan's monitors
    std::string probe = {};   ///< as in Unhealthy
    std::string warning = {}; ///< it passes, but something is to be mended: a sentence
};

/// A probe has failed failure_threshold times in a row since it passed last, or since the grace after a
/// start.
struct Unhealthy {
    std::string name;
    std::size_t monitor = 0;
    std::string probe;  ///< what was asked: the URL, or the command
    std::string reason; ///< a sentence: "timed out after 2 s", "status 503", "exited with status 1: no space"
};

/// A probe says nothing about the service: it cannot be made, or its program answered that it does not know.
struct Inconclusive {
    std::string name;
    std::size_t monitor = 0;
};

/// A recovery kind has started the program (it is executing), or has failed to.
struct LaunchFinished {
    std::string name;
    std::uint64_t attempt = 0; ///< Launch::attempt of the action that this answers
    Result<Instance> outcome;
};

/// The process was stopped through the service manager on purpose (systemctl stop): not to be healed.
struct StoppedOnPurpose {
    std::string name;
    std::string detail; ///< how, for people
};

/// An operator has asked the service manager to start or restart it (systemctl start). Whether it runs now is
/// reported by itself.
struct StartedOnPurpose {
    std::string name;
};

/// The service manager has a job (start, stop, restart) of the unit of this process under way, or no longer.
struct JobUnderWay {
    std::string name;
    bool underWay = false;
};

/// A Stop action could not be carried out (no permission, a job refused). The deadline in the core still
/// runs.
struct StopFailed {
    std::string name;
    std::string detail;
};

/// A launcher that was ordered to stop an instance also ends what belongs to it, such as its children: that
/// is not all gone yet, or it is.
struct StopUnderWay {
    std::string name;
    bool underWay = false;
};

/// What systemd has read in the unit file of a process; again when that has changed.
struct UnitSettings {
    std::string name;
    std::string restart; ///< Restart= where systemd itself restarts the unit; empty where it does not
    UnitRelations relations;
    std::optional<Duration> startLimit = {}; ///< what systemd allows a start to take; none: any time
    std::optional<Duration> stopLimit = {};

    bool operator==(const UnitSettings&) const = default;
};

enum class Verb { start, stop, restart, pause, resume, resetBreaker };

/// "start", "reset-breaker": as in events and in the details for polkit.
[[nodiscard]] std::string_view toString(Verb verb);

/// An operator request. `id` comes back in action::Reply, exactly once.
struct Request {
    Verb verb = Verb::start;
    std::string name;
    std::uint64_t id = 0;
};

} // namespace healer::core::event

namespace healer::core {

using event::UnitEnd;

using Event = std::variant<event::Up, event::Absent, event::Down, event::UnitAtRest, event::Healthy,
                           event::Unhealthy, event::Inconclusive, event::LaunchFinished,
                           event::StoppedOnPurpose, event::StartedOnPurpose, event::StopFailed,
                           event::StopUnderWay, event::JobUnderWay, event::UnitSettings, event::Request>;

/// Whether the event says that the unit does not exist any longer.
[[nodiscard]] bool isGone(const Event& event);
/// What is left to say of it then.
[[nodiscard]] Event withoutUnit(Event event);

} // namespace healer::core
