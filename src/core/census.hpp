// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/view.hpp"

#include <cstddef>

namespace healer::core {

/// Whether a process in this state is not up and ought to be.
[[nodiscard]] bool countsAsDown(State state);

/// How many processes are in which condition. Kept up to date with each change, as counting them again takes
/// time that grows with their number.
struct Census {
    std::size_t total = 0;
    std::size_t up = 0; ///< has an instance
    std::size_t down = 0;
    std::size_t tripped = 0;
    std::size_t underWay = 0; ///< is being looked for or started

    void add(const ProcessView& view) { count(view, 1); }
    void remove(const ProcessView& view) { count(view, static_cast<std::size_t>(-1)); }

    bool operator==(const Census&) const = default;

private:
    void count(const ProcessView& view, std::size_t change);
};

} // namespace healer::core
