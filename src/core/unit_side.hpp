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
    /// Restart= of a unit that systemd restarts by itself; empty where it does not.
    void setRestart(const std::string& restart);
    /// The sentence for a process that runs.
    [[nodiscard]] std::string runningReason() const;

    void jobBegan() { state().jobUnderWay = true; }
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
    [[nodiscard]] bool holdsBack(const event::Down& down);
    /// The probes pass again.
    void forgetFailure();
    /// It is about another instance now.
    void forgetHeldBack();

    /// systemd stopped it because `target`, which it is bound to, had ended.
    void stoppedWith(const std::string& target) { state().stoppedWith = target; }
    [[nodiscard]] bool stoppedByTarget() const { return state_ && !state_->stoppedWith.empty(); }
    void forgetStopByTarget();
    /// The end as it was reported, or as what it followed from.
    [[nodiscard]] Exit judged(const Exit& exit) const;

private:
    struct State {
        std::string restart;
        std::string stoppedWith;
        bool jobUnderWay = false;
        HeldBack heldBack;
    };
    [[nodiscard]] State& state();

    std::unique_ptr<State> state_;
};

} // namespace healer::core
