// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/terminal.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>

namespace healer::healerctl {

/// Prints what `watch` sees, one line each, flushed. Events are objects with `event`, `seq`, `process` and
/// what else the signal carries.
class EventPrinter {
public:
    explicit EventPrinter(const Terminal& terminal) : terminal_(terminal) {}

    /// An event of the daemon at this time; a gap in the numbers before it is said.
    void event(const nlohmann::json& event, std::uint64_t nowUsec);
    /// The daemon has gone, or is there (again): its numbers start anew.
    void daemonGone(std::uint64_t nowUsec);
    void daemonThere(std::uint64_t nowUsec);

private:
    void line(const nlohmann::json& event, std::uint64_t nowUsec);

    const Terminal& terminal_;
    std::uint64_t lastSeq_ = 0; ///< 0: none seen of this daemon
};

} // namespace healer::healerctl
