// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/lifecycle.hpp"
#include "core/view.hpp"

#include <optional>
#include <string>

namespace healer::core {

/// One process of the plan, as the coordinator sees it: takes events and the time, and answers how it is.
class ManagedProcess {
public:
    /// `plan` outlives it or is replaced by changePlan(); `targets` outlives it.
    ManagedProcess(const ProcessPlan& plan, Mode mode, const Targets& targets,
                   const std::optional<SavedState>& saved)
        : life_(plan, mode, targets, saved), targets_(&targets) {}

    /// Begins: asks the monitors. Called once, before any event.
    void begin(ActionSink& out) { life_.begin(out); }
    void handle(const Event& event, ActionSink& out);
    /// Does what the clock makes due; harmless before deadline().
    void advance(ActionSink& out);
    /// Healer itself was held up for so long. True where that moves a deadline: one by which others are
    /// judged, not a wait that passes by itself.
    bool heldUp(Duration pause);
    /// The new entry of this name. Only what differs is touched; the old plan must still be alive during the
    /// call.
    void changePlan(const ProcessPlan& plan, Mode mode, ActionSink& out);
    /// The entry is gone: the process is no longer managed, and goes on running.
    void end(ActionSink& out);

    /// A process that this one depends on has changed.
    void targetChanged(ActionSink& out);
    /// A process that this one depends on is ready again as another instance, after it was not from `lostAt`
    /// on: restarts with it what has run since before that.
    void targetRestarted(const std::string& target, TimePoint lostAt, ActionSink& out);
    /// systemd stopped its unit, which is bound to the unit of `target`, because that one had ended: not an
    /// operator request, but a failure. Comes before its end is reported, or soon after.
    void stoppedWith(const std::string& target, ActionSink& out);

    /// Whether this one can have taken along what is bound to it and ran since then: it was not stopped on
    /// request, and it is down or has come up again since.
    [[nodiscard]] bool tookAlong(std::optional<TimePoint> since) const;
    /// Since when that ran which was stopped through the service manager a moment ago.
    [[nodiscard]] std::optional<TimePoint> justStopped(TimePoint now) const;

    [[nodiscard]] const std::string& name() const { return life_.name(); }
    [[nodiscard]] const ProcessPlan& plan() const { return life_.plan(); }
    [[nodiscard]] std::optional<Instance> instance() const { return life_.instance(); }
    [[nodiscard]] bool isUp() const { return life_.kind() == PhaseKind::up; }
    [[nodiscard]] std::optional<TimePoint> activeSince() const;
    [[nodiscard]] std::optional<TimePoint> deadline() const;
    /// What its dependents ask.
    [[nodiscard]] TargetFacts facts() const;
    /// The instance, when it is ready for its dependents.
    [[nodiscard]] std::optional<Instance> readyInstance() const;
    [[nodiscard]] ProcessView view() const;
    [[nodiscard]] SavedState savedState() const;

private:
    [[nodiscard]] State state() const;
    void launchTimedOut(ActionSink& out);
    void restartWithTarget(ActionSink& out);

    Lifecycle life_;
    const Targets* targets_;
};

} // namespace healer::core
