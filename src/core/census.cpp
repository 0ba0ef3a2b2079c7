// SPDX-License-Identifier: Apache-2.0
#include "core/census.hpp"

namespace healer::core {

bool countsAsDown(State state) {
    switch (state) {
    case State::down:
    case State::deferred:
    case State::backoff:
    case State::recovering:
    case State::tripped:
        return true;
    case State::disabled:
    case State::paused:
    case State::stopped:
    case State::starting:
    case State::running:
        break;
    }
    return false;
}

void Census::count(const ProcessView& view, std::size_t change) {
    const bool starts = view.state == State::starting || view.state == State::recovering;
    total += change;
    up += view.instance ? change : 0;
    down += countsAsDown(view.state) ? change : 0;
    tripped += view.state == State::tripped ? change : 0;
    underWay += starts ? change : 0;
}

} // namespace healer::core
