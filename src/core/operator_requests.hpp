// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/action_sink.hpp"
#include "core/event.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace healer::core {

/// What operators have asked of one process: pauses and stops, which outlive phases and restarts of the
/// daemon, and requests that still wait for their answer. The last request counts.
class OperatorRequests {
public:
    /// Through which door a stop came.
    enum class StopBy { healer, serviceManager };

    struct Stop {
        StopBy by = StopBy::healer;
        std::string detail;               ///< how, a sentence
        std::optional<TimePoint> at = {}; ///< when it was requested, where that is known

        bool operator==(const Stop&) const = default;
    };

    [[nodiscard]] bool paused() const { return paused_; }
    void pause() { paused_ = true; }
    void resume() { paused_ = false; }

    /// The stop that is in force.
    [[nodiscard]] const std::optional<Stop>& stop() const { return stop_; }
    [[nodiscard]] bool stopWanted() const { return stop_.has_value(); }
    [[nodiscard]] bool stoppedThroughServiceManager() const {
        return stop_ && stop_->by == StopBy::serviceManager;
    }
    void wantStop(Stop stop) { stop_ = std::move(stop); }
    void forgetStop() { stop_.reset(); }

    /// The request is answered later, by answer().
    void await(const event::Request& request) { pending_.push_back({request.id, request.verb}); }
    [[nodiscard]] bool awaits(event::Verb verb) const;
    [[nodiscard]] bool awaitsStart() const {
        return awaits(event::Verb::start) || awaits(event::Verb::restart);
    }
    /// Answers all pending requests of this verb.
    void answer(event::Verb verb, const Result<pid_t>& outcome, ActionSink& out);
    /// Answers all pending starts and restarts.
    void answerStarts(const Result<pid_t>& outcome, ActionSink& out);
    /// It is up, but may end right away: pending starts are answered then.
    void settleAt(std::optional<TimePoint> when) { settlesAt_ = when; }
    [[nodiscard]] std::optional<TimePoint> settlesAt() const { return settlesAt_; }

private:
    struct Pending {
        std::uint64_t id = 0;
        event::Verb verb = event::Verb::start;
    };

    bool paused_ = false;
    std::optional<Stop> stop_;
    std::vector<Pending> pending_;
    std::optional<TimePoint> settlesAt_; ///< only while up, and a start is pending
};

} // namespace healer::core
