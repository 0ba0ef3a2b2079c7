// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/coordinator.hpp"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace healer::simulation {

/// One thing that happened in a simulation.
struct TimelineEntry {
    core::Duration at{0}; ///< after the beginning
    std::string process;
    std::string event; ///< its kind, one word: "process-down", "recovery-started", "state", "scenario", ...
    std::string text;  ///< follows the name of the process: "is down: killed by SIGKILL"
};

/// What became of one process in all.
struct TimelineSummary {
    std::string process;
    core::State state = core::State::starting; ///< at the end
    std::uint64_t restarts = 0;
    core::Duration notUp{0};
    unsigned breakerOpened = 0;
};

/// Turns what the coordinator decides into words for an administrator.
class Timeline {
public:
    explicit Timeline(core::TimePoint beginning) : beginning_(beginning) {}

    /// The actions of one decision, and the coordinator that took it.
    void take(core::TimePoint now, const core::Actions& actions, const core::Coordinator& core);
    /// Something of the scenario itself.
    void note(core::TimePoint now, const std::string& process, std::string event, std::string text);

    [[nodiscard]] const std::vector<TimelineEntry>& entries() const { return entries_; }
    /// By process name. `now` is the end.
    [[nodiscard]] std::vector<TimelineSummary> summary(core::TimePoint now,
                                                       const core::Coordinator& core) const;

private:
    struct Shown {
        core::State state = core::State::starting;
        std::string reason;
        bool degraded = false;
        bool up = false;
        core::TimePoint upChangedAt;
        core::Duration notUp{0};
        unsigned breakerOpened = 0;
    };

    void announce(core::TimePoint now, const core::action::Announce& announce, const core::ProcessView* view);
    void changed(core::TimePoint now, const core::ProcessView& view, bool announced);

    core::TimePoint beginning_;
    std::vector<TimelineEntry> entries_;
    std::map<std::string, Shown, std::less<>> shown_;
};

/// "    10.000  web  is down: killed by SIGKILL", a line an entry, and the summary as a table.
void writeText(std::ostream& out, const std::vector<TimelineEntry>& entries,
               const std::vector<TimelineSummary>& summary);

/// The same as one JSON object a line.
void writeJson(std::ostream& out, const std::vector<TimelineEntry>& entries,
               const std::vector<TimelineSummary>& summary);

} // namespace healer::simulation
