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

} // namespace healer::core
