// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/notice.hpp"
#include "core/plan.hpp"
#include "core/process.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What the coordinator wants done. The daemon carries the actions out in order; none of them blocks.
namespace healer::core::action {

/// Begin to watch this process; the monitors answer with Up or Absent.
struct Watch {
    std::string name;
    std::optional<Instance> known; ///< instance known from before (state file), to be tried first
};

/// Stop watching it: from now on nothing about it is reported.
struct Unwatch {
    std::string name;
};

/// This incarnation (or none) is the instance now: monitors follow it.
struct Track {
    std::string name;
    std::optional<Instance> instance;
};

/// Look again whether an instance is running; answered with Up or Absent.
struct Look {
    std::string name;
    bool probesToo = true; ///< else the monitors of instances alone are asked, and answer for all
};

/// Start the program. If `predecessor` is set, only after that incarnation is really gone. Answered with
/// exactly one LaunchFinished (or StoppedOnPurpose) carrying the same attempt number, unless it is cancelled
/// in time.
struct Launch {
    std::string name;
    std::uint64_t attempt = 0;
    std::optional<Instance> predecessor;
    /// Started without a request: if the predecessor was stopped on purpose, do not start.
    bool afterFailure = false;

    // How, filled in by the coordinator.
    std::string launcher = {}; ///< the kind of launching
    std::string unit = {};     ///< that the program will be in; empty: none
    CommandPlan command = {};  ///< `output` is set when it goes to a file; empty for an existing unit
    StopPlan stop = {};        ///< how it is ended later
    bool mayFork = false;      ///< see core::mayFork()
};

/// Withdraw a Launch that has not been answered: if nothing has been started yet, nothing is to be started
/// and no answer is needed; otherwise LaunchFinished still comes.
struct CancelLaunch {
    std::string name;
    std::uint64_t attempt = 0;
    /// What it has started, or is starting, is left alone: it is up, or has ended.
    bool leave = false;
};

/// End this incarnation: with the configured stop signal, or by SIGKILL when `force`. Its end is reported as
/// Down.
struct Stop {
    std::string name;
    Instance instance;
    bool force = false;
    /// A start follows: an existing unit is restarted by one job, so that the units which require it come
    /// back with it. The start that is ordered then adopts what that job has started.
    bool forRestart = false;
    bool resumed = false; ///< an earlier Healer has begun it: a job that ends the unit is its own

    // How, filled in by the coordinator.
    std::string launcher = {};
    std::string unit = {};
    StopPlan plan = {};
};

/// The answer to event::Request: the PID (0 where the verb has none) or why not.
struct Reply {
    std::uint64_t id = 0;
    Result<pid_t> outcome;
};

/// view(name) changed: publish it, and keep snapshot(name).
struct Changed {
    std::string name;
};

} // namespace healer::core::action

namespace healer::core {

namespace action {

/// For the journal, the D-Bus signals and the history. One incident number joins what belongs to one failure.
struct Announce {
    std::string name;
    std::uint64_t incident = 0; ///< 0: belongs to none
    Notice notice;
};

} // namespace action

using Action =
    std::variant<action::Watch, action::Unwatch, action::Track, action::Look, action::Launch,
                 action::CancelLaunch, action::Stop, action::Reply, action::Changed, action::Announce>;
using Actions = std::vector<Action>;

} // namespace healer::core
