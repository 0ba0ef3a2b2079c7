// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event_catalog.hpp"
#include "healerctl/terminal.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>

namespace healer::healerctl {

/// One signal of the daemon.
struct SeenEvent {
    std::uint64_t seq = 0;
    core::RenderedEvent event;
    nlohmann::json arguments; ///< what the signal carries besides, for --json
};

/// Prints what `watch` sees, one line each, flushed.
class EventPrinter {
public:
    explicit EventPrinter(const Terminal& terminal) : terminal_(terminal) {}

    /// An event of the daemon at this time; a gap in the numbers before it is reported.
    void event(const SeenEvent& seen, std::uint64_t nowUsec);
    /// The daemon has left the bus, or is there (again): its numbers start at 1.
    void daemonGone(std::uint64_t nowUsec);
    void daemonThere(std::uint64_t nowUsec);

private:
    struct Line {
        nlohmann::json document;
        std::string process;
        std::string sentence;
        Tone tone = Tone::plain;
    };
    void line(Line line, std::uint64_t nowUsec);

    const Terminal& terminal_;
    std::uint64_t lastSeq_ = 0; ///< 0: none seen of this daemon
};

} // namespace healer::healerctl
