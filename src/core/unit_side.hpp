// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "core/process.hpp"

#include <memory>
#include <optional>
#include <string>

namespace healer::core {

/// What the service manager does with the unit of a process: its own restarts, its jobs, and a stop that
/// followed from the end of another unit. Takes no memory where there is nothing to know.
class UnitSide {
public:
    void learn(const event::UnitSettings& settings);
    /// What systemd allows a start or a stop to take; none: any time, or it is not known.
    [[nodiscard]] std::optional<Duration> startLimit() const;
    [[nodiscard]] std::optional<Duration> stopLimit() const;
    /// The sentence for a process that runs.
    [[nodiscard]] std::string runningReason() const;

    void jobBegan() { state().jobUnderWay = true; }
    /// systemd is busy with it, and ends that in its own time.
    [[nodiscard]] bool jobUnderWay() const { return state_ && state_->jobUnderWay; }
    /// The job under way starts it.
    void jobStarts();
    /// What was held back while systemd had a job of the unit.
    struct HeldBack {
        std::optional<event::Unhealthy> failure;
        std::optional<event::Down> end;
        bool started = false; ///< the job was an operator's start or restart
    };
    /// What was held back is to be acted upon now.
    [[nodiscard]] HeldBack jobEnded();
    /// What does not answer, or ends, while systemd stops or restarts it has not failed: true, and it is held
    /// back until the job has ended. The clock here is systemd's: a job ends at the latest when the unit's
    /// own time-outs say so, and with a lost connection to systemd it counts as ended.
    [[nodiscard]] bool holdsBack(const event::Unhealthy& unhealthy);
    /// It is held back until systemd has said how the unit is.
    void suspect(const event::Unhealthy& unhealthy) { state().heldBack.failure = unhealthy; }
    /// The failure that was held back, where systemd is not at work on the unit; it is no longer held back.
    [[nodiscard]] std::optional<event::Unhealthy> takeSuspicion();
    [[nodiscard]] bool holdsBack(const event::Down& down);
    /// The probes pass again.
    void forgetFailure();
    /// It is about another instance now.
    void forgetHeldBack();

    /// What the unit says about its end, or about being at rest.
    void noteEnd(const UnitEnd& end);
    void setObstacle(const std::string& obstacle);
    /// It is being started: what was said about the end before no longer counts.
    void forgetEnd();
    /// Why it is left alone after its end, whatever restart_on says; empty: it is not.
    [[nodiscard]] std::string leave() const { return state_ ? state_->end.leave : std::string(); }
    [[nodiscard]] bool endedWell() const { return state_ && state_->end.success; }
    /// It ended as it may, which is no failure.
    [[nodiscard]] bool endedInPeace() const { return endedWell() && !state_->end.leave.empty(); }
    /// Why it must not be started at present; empty: it may.
    [[nodiscard]] std::string obstacle() const { return state_ ? state_->end.obstacle : std::string(); }

    /// systemd stopped it because `target`, which it is bound to, had ended.
    void stoppedWith(const std::string& target) { state().stoppedWith = target; }
    [[nodiscard]] bool stoppedByTarget() const { return state_ && !state_->stoppedWith.empty(); }
    void forgetStopByTarget();
    /// The end as it was reported, or as what it followed from.
    [[nodiscard]] Exit judged(const Exit& exit) const;

private:
    struct State {
        std::string restart;
        std::optional<Duration> startLimit;
        std::optional<Duration> stopLimit;
        UnitEnd end;
        std::string stoppedWith;
        bool jobUnderWay = false;
        HeldBack heldBack;
    };
    [[nodiscard]] State& state();

    std::unique_ptr<State> state_;
};

} // namespace healer::core
