// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/notice.hpp"
#include "core/process.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

/// What a managed process is doing. Each phase owns what means something in it alone. Every phase but
/// Disabled, Up and Resting has a deadline, so that nothing stays down by accident.
namespace healer::core::phase {

/// `enabled: false`, or something is missing that it needs, so that it is not watched.
struct Disabled {};

/// It is not known yet whether an instance runs; the monitors have been asked.
struct Looking {
    TimePoint deadline; ///< then it counts as absent
};

/// An instance runs and is followed.
struct Up {
    Instance instance;
};

/// What is waited for before the monitors look again and it is started.
enum class WaitFor {
    backoff, ///< the time between two attempts
    clarity, ///< something runs that may be it: until that has ended, or is certain
};

/// Down; a wait before the next start.
struct Waiting {
    TimePoint deadline;
    WaitFor what = WaitFor::backoff;
    notice::Cause cause = notice::Cause::failure; ///< of the start
};

/// Down; the breaker is open.
struct Open {
    TimePoint deadline; ///< the end of the cooldown
};

/// About to be started after a wait: the monitors look whether it was started elsewhere meanwhile.
struct Checking {
    TimePoint deadline; ///< then it counts as absent
    notice::Cause cause;
};

/// Down; a dependency is not ready.
struct Deferred {
    TimePoint deadline; ///< then the dependencies are judged again
    notice::Cause cause;
};

/// A start has been ordered.
struct Launching {
    TimePoint deadline; ///< not up by then: the start has failed
    notice::Cause cause;
    std::uint64_t attempt = 0;             ///< the number of the order
    std::optional<Instance> launched = {}; ///< started, not confirmed by the monitors yet
    bool answered = false;                 ///< the launcher has answered the order, or it was withdrawn
    bool seen = false;                     ///< a monitor of instances has seen it
};

/// What follows when the instance that is being stopped has ended.
enum class AfterStop {
    rest,        ///< nothing: it was stopped on request
    launch,      ///< a start on request
    relaunch,    ///< the start that it is stopped for
    startFailed, ///< it was started and did not come up: that attempt has failed
};

/// An instance is being ended: by its stop signal, then by SIGKILL again and again until it is gone. What
/// belongs to it and outlives it is waited for, until SIGKILL has not helped either.
struct Stopping {
    Instance instance;
    AfterStop afterwards = AfterStop::rest;
    notice::Cause cause = notice::Cause::request; ///< of the start that follows or has failed
    std::string failure = {};                     ///< startFailed: why
    bool resumed = false;                         ///< an earlier Healer had begun it
    bool forced = false;                          ///< SIGKILL was sent
    bool ended = false;                           ///< the instance itself is gone
    bool lingering = false;                       ///< what else belongs to it is not
    TimePoint deadline = {};                      ///< of the signal that was sent last
};

[[nodiscard]] inline bool isFollowedByStart(const Stopping& stopping) {
    return stopping.afterwards == AfterStop::launch || stopping.afterwards == AfterStop::relaunch;
}

/// Down, and nothing is to be done: stopped or paused on request, ended in a way that `restart_on` does not
/// answer, or observe_only.
struct Resting {};

} // namespace healer::core::phase

namespace healer::core {

using Phase =
    std::variant<phase::Disabled, phase::Looking, phase::Up, phase::Waiting, phase::Open, phase::Checking,
                 phase::Deferred, phase::Launching, phase::Stopping, phase::Resting>;

/// The alternatives of Phase, in their order.
enum class PhaseKind {
    disabled,
    looking,
    up,
    waiting,
    open,
    checking,
    deferred,
    launching,
    stopping,
    resting
};

[[nodiscard]] inline PhaseKind kindOf(const Phase& phase) {
    return static_cast<PhaseKind>(phase.index());
}
[[nodiscard]] std::string_view toString(PhaseKind kind);

/// When the clock makes something due in this phase.
[[nodiscard]] std::optional<TimePoint> deadlineOf(const Phase& phase);

/// A legal move between phases and what causes it.
struct PhaseMove {
    PhaseKind from;
    PhaseKind to;
    std::string_view cause;
};

/// The table of legal moves. A test compares it with the moves that are seen over random events.
[[nodiscard]] std::span<const PhaseMove> legalMoves();

} // namespace healer::core
