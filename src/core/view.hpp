// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/boxed.hpp"
#include "core/plan.hpp"
#include "core/process.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace healer::core {

/// The states of the contract, as clients see them.
enum class State {
    disabled,
    paused,
    stopped,
    starting,
    running,
    down,
    deferred,
    backoff,
    recovering,
    tripped
};
enum class BreakerState { closed, open, halfOpen };

[[nodiscard]] std::string_view toString(State state);
[[nodiscard]] std::string_view toString(BreakerState state);
/// The inverse of toString(); nothing for an unknown word.
[[nodiscard]] std::optional<State> stateFromString(std::string_view word);
[[nodiscard]] std::optional<BreakerState> breakerStateFromString(std::string_view word);

/// The last end of a process with its circumstances.
struct LastExit {
    Exit exit;
    pid_t pid = 0;
    Moment at;
    std::optional<Duration> runtime; ///< how long it had been up, where known

    bool operator==(const LastExit&) const = default;
};

/// Everything visible about one process, as plain values. The plan entry holds the rest (command, monitors,
/// ...).
struct ProcessView {
    std::string name;
    State state = State::starting;
    std::string stateReason; ///< a sentence
    BreakerState breaker = BreakerState::closed;
    std::optional<Moment> breakerRetryAt; ///< the next trial, while open
    std::optional<Instance> instance;     ///< the running instance
    std::uint64_t restartCount = 0;       ///< successful restarts by Healer, only ever rises
    std::optional<Moment> activeSince;    ///< since when the instance is up
    bool degraded = false;
    Boxed<LastExit> lastExit;

    bool operator==(const ProcessView&) const = default;
};

} // namespace healer::core
