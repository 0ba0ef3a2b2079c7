// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/breaker.hpp"
#include "core/operator_requests.hpp"
#include "core/probe_trust.hpp"
#include "core/process.hpp"
#include "core/time.hpp"
#include "core/view.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace healer::core {

/// What survives a restart of the daemon, for one process.
struct SavedState {
    std::optional<Instance> instance; ///< that runs; also one that was launched and is not confirmed yet
    bool stopping = false;            ///< which is being ended: on request, or to be started again
    bool ended = false;      ///< which has ended, as was reported, and whose successor is being started
    bool recovering = false; ///< down, and to be recovered
    bool paused = false;
    std::optional<OperatorRequests::Stop> stop;
    bool degraded = false; ///< the instance was started without a dependency
    Breaker::Snapshot breaker;
    std::uint64_t restartCount = 0;
    std::uint64_t incident = 0;
    std::optional<Moment> activeSince;
    std::optional<Moment> startedAt; ///< of a process that was adopted
    std::uint64_t startedWith = 0;   ///< fingerprint of the command that the instance runs with
    Boxed<LastExit> lastExit;
    std::vector<ProbeTrust::Saved> probes = {}; ///< those that have ever counted
    std::string followedUnit = {};              ///< see FollowedUnits; empty: none
    /// It is down, and that end was left alone.
    struct Left {
        bool success = false; ///< see event::UnitEnd
        std::string reason;   ///< see event::UnitEnd::leave; empty: restart_on does not answer it

        bool operator==(const Left&) const = default;
    };
    std::optional<Left> left = {};

    bool operator==(const SavedState&) const = default;
};

} // namespace healer::core
