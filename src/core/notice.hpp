// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "core/process.hpp"
#include "core/time.hpp"
#include "core/view.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What happened, for the journal, the D-Bus signals, the history and the timeline of a simulation. Names,
/// severities and sentences are in event_catalog.
namespace healer::core::notice {

struct ProcessDown {
    pid_t pid = 0;
    Exit exit;
    std::string reason; ///< a sentence
};

/// A probe has failed often enough, or the process that it asks has ended.
struct Disconnected {
    std::string url;
    std::string reason; ///< a sentence
};

/// Why something is started.
enum class Cause {
    initial,
    failure,
    trial,
    request,
    dependency,
    unknown ///< to a client of D-Bus: the signals do not have it
};

/// By Healer itself, after a failure: such starts count for the breaker.
[[nodiscard]] inline bool isAutomatic(Cause cause) {
    return cause == Cause::failure || cause == Cause::trial;
}

struct RecoveryStarted {
    Cause cause = Cause::failure;
    unsigned attempt = 0; ///< the number of the start within the window, from 1
};

struct RecoveryFinished {
    Cause cause = Cause::failure;
    bool ok = false;
    pid_t pid = 0;
    std::string error;
    Duration took{0}; ///< from the moment the process was known to be down, or was requested
};

struct BreakerChanged {
    BreakerState from = BreakerState::closed;
    BreakerState to = BreakerState::closed;
    std::optional<Moment> retryAt; ///< when open: the next trial
    std::string reason;            ///< a sentence
};

/// A running instance was found or taken over without a start by Healer.
struct Adopted {
    pid_t pid = 0;
};

/// observe_only is set: it would be started now.
struct WouldStart {};

/// It did not end within `after` of `signal`: SIGKILL is sent.
struct StopTimedOut {
    pid_t pid = 0;
    int signal = 0;
    Duration after{0};
};

/// waits: for a dependency, with a limit. held: until that dependency is ready, however long.
enum class BlockedKind { waits, held };

/// A dependency is not ready, so it is not started.
struct Blocked {
    BlockedKind kind = BlockedKind::waits;
    std::string reason; ///< a predicate: "waits for db (starting), 30 s at most"
};

/// Something runs that may be the instance, so nothing is started.
struct Doubted {
    pid_t pid = 0;
    std::string reason; ///< a sentence
};

/// Started without a dependency that `on_failure: degrade` can do without.
struct Degraded {};

/// All its dependencies are healthy again.
struct DegradedEnded {};

/// It is restarted because a dependency was restarted.
struct RestartPropagated {};

/// inPeace: a unit that may end by itself has.
enum class EndedKind { requested, restarting, unhealthy, inPeace };

/// An end that is no new failure.
struct InstanceEnded {
    pid_t pid = 0;
    Exit exit;
    EndedKind kind = EndedKind::requested;
};

/// A withdrawn start succeeded after all: this second copy is ended.
struct SecondCopy {
    pid_t pid = 0;
};

/// A stop was refused (no permission, a job refused).
struct StopFailed {
    std::string detail;
};

/// The probes pass again before it was restarted.
struct HealthyAgain {};

/// A probe passes; which process answers is not known.
struct Unidentified {};

/// A probe passes, but something is to be mended.
struct ProbeWarning {
    std::string probe;
    std::string text; ///< a sentence
};

/// What is done about a probe that has never passed.
enum class NeverPassed { restarted, leftRunning };

/// A probe has failed that has never passed since Healer knows the process.
struct ProbeNeverPassed {
    std::string probe;
    std::string reason; ///< how it failed
    NeverPassed then = NeverPassed::restarted;
};

/// An operator request.
struct Requested {
    event::Verb verb = event::Verb::start;
};

/// A dependency of a unit file is left out because it would close a cycle.
struct DependencyOmitted {
    std::string text; ///< a predicate: "does not wait for db, although ..."
};

/// The process belongs to a unit that Healer has not made: it is treated as the process of that unit.
struct FollowsUnit {
    pid_t pid = 0;
    std::string unit;
};

// What happened to Healer itself.

struct Reloaded {
    std::vector<std::string> added;
    std::vector<std::string> changed;
    std::vector<std::string> removed;
};

/// The new configuration is not valid; the one in use stays.
struct ReloadFailed {
    std::string reason; ///< all errors
};

/// The configuration is valid, but an administrator may want to change something.
struct ConfigurationWarning {
    std::string text;
};

/// What is not possible without systemd.
enum class SystemdUse { serviceLaunch, units, connection };

struct SystemdUnreachable {
    SystemdUse use = SystemdUse::connection;
    std::string reason;
};

/// Programs that Healer starts directly inherit its sandbox.
struct LaunchConfined {
    std::string how;
};

/// eBPF cannot be loaded: exits are seen by pidfd, new instances by a scan at intervals.
struct EbpfUnavailable {
    std::string reason;
};

/// The kernel dropped records; all processes are scanned.
struct KernelEventsLost {
    std::uint64_t count = 0;
};

/// D-Bus is not available, or the name org.healer is not; Healer tries again.
struct BusUnavailable {
    std::string reason;
};

/// A state file was damaged and has been moved away.
struct StateDamaged {
    std::string process;
    std::string movedTo;
    std::string reason;
};

/// A state file cannot be written.
struct StateNotSaved {
    std::string process;
    std::string file;
    std::string reason;
};

/// A probe says nothing about the process: it cannot be made, or its program does not know.
struct ProbeImpossible {
    std::string process;
    std::string probe;
    std::string reason;
};

/// A process runs although its PID file says otherwise: it is kept.
struct PidFileDoubted {
    std::string process;
    pid_t pid = 0; ///< of the process that runs
    std::string reason;
};

} // namespace healer::core::notice

namespace healer::core {

using Notice =
    std::variant<notice::ProcessDown, notice::Disconnected, notice::RecoveryStarted, notice::RecoveryFinished,
                 notice::BreakerChanged, notice::Adopted, notice::WouldStart, notice::StopTimedOut,
                 notice::Blocked, notice::Doubted, notice::Degraded, notice::DegradedEnded,
                 notice::RestartPropagated, notice::InstanceEnded, notice::SecondCopy, notice::StopFailed,
                 notice::HealthyAgain, notice::Unidentified, notice::ProbeWarning, notice::ProbeNeverPassed,
                 notice::Requested, notice::DependencyOmitted, notice::FollowsUnit>;

using DaemonNotice = std::variant<notice::Reloaded, notice::ReloadFailed, notice::ConfigurationWarning,
                                  notice::SystemdUnreachable, notice::LaunchConfined, notice::EbpfUnavailable,
                                  notice::KernelEventsLost, notice::BusUnavailable, notice::StateDamaged,
                                  notice::StateNotSaved, notice::ProbeImpossible, notice::PidFileDoubted>;

} // namespace healer::core
