// SPDX-License-Identifier: Apache-2.0
#include "core/view.hpp"

namespace healer::core {

std::string_view toString(State state) {
    switch (state) {
    case State::disabled:
        return "disabled";
    case State::paused:
        return "paused";
    case State::stopped:
        return "stopped";
    case State::starting:
        return "starting";
    case State::running:
        return "running";
    case State::down:
        return "down";
    case State::deferred:
        return "deferred";
    case State::backoff:
        return "backoff";
    case State::recovering:
        return "recovering";
    case State::tripped:
        return "tripped";
    }
    return "down";
}

std::string_view toString(BreakerState state) {
    switch (state) {
    case BreakerState::closed:
        return "closed";
    case BreakerState::open:
        return "open";
    case BreakerState::halfOpen:
        return "half-open";
    }
    return "closed";
}

std::optional<State> stateFromString(std::string_view word) {
    for (int value = 0; value <= static_cast<int>(State::tripped); ++value) {
        if (toString(static_cast<State>(value)) == word) {
            return static_cast<State>(value);
        }
    }
    return std::nullopt;
}

std::optional<BreakerState> breakerStateFromString(std::string_view word) {
    for (int value = 0; value <= static_cast<int>(BreakerState::halfOpen); ++value) {
        if (toString(static_cast<BreakerState>(value)) == word) {
            return static_cast<BreakerState>(value);
        }
    }
    return std::nullopt;
}

} // namespace healer::core
