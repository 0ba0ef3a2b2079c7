// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event_catalog.hpp"
#include "healerctl/status.hpp"
#include "healerctl/terminal.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace healer::healerctl {

/// One signal of the daemon.
struct SeenEvent {
    std::uint64_t seq = 0;
    core::RenderedEvent event;
    nlohmann::json arguments; ///< what the signal carries besides, for --json
};

/// Whether the history knows more of such an event than its signal carries: why it is started, or why the
/// breaker has changed.
[[nodiscard]] bool lacksDetails(const SeenEvent& seen);
/// The event with what its entry in the history (newest first) says; as it was where there is none.
[[nodiscard]] SeenEvent completed(SeenEvent seen, const std::vector<HistoryEvent>& history);

/// Prints what `watch` sees, one line each, flushed.
class EventPrinter {
public:
    /// Only events of these processes; without names, all.
    explicit EventPrinter(const Terminal& terminal, std::set<std::string> names = {})
        : terminal_(terminal), names_(std::move(names)) {}

    [[nodiscard]] bool wants(const SeenEvent& seen) const {
        return names_.empty() || names_.contains(seen.event.process);
    }

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
    std::set<std::string> names_;
    std::uint64_t lastSeq_ = 0; ///< 0: none seen of this daemon
};

} // namespace healer::healerctl
