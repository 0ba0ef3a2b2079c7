// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/action.hpp"
#include "core/census.hpp"
#include "core/event.hpp"
#include "core/followed_units.hpp"
#include "core/launch_spec.hpp"
#include "core/managed_process.hpp"
#include "core/plan.hpp"
#include "core/target_tracker.hpp"
#include "core/unit_relations.hpp"
#include "core/view.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace healer::core {

/// All that the core remembers across a restart of the daemon, by process name.
using SavedStates = std::map<std::string, SavedState, std::less<>>;

/// The pure core: events and time in, actions out. It reads no clock, does no I/O, and calls nothing outside.
///
/// Call begin() once, then handle() for every event and advance() when nextDeadline() has come, always with
/// the present time, which never goes back.
class Coordinator {
public:
    Coordinator(Plan plan, const SavedStates& before);
    /// Calls back with each move of a process between phases.
    void observeMoves(MoveObserver observer) { moved_ = std::move(observer); }
    Coordinator(const Coordinator&) = delete;
    Coordinator& operator=(const Coordinator&) = delete;

    [[nodiscard]] Actions begin(Moment now);
    [[nodiscard]] Actions handle(const Event& event, Moment now);
    [[nodiscard]] Actions advance(Moment now);
    /// Healer itself did not run for so long, which is no failure of a process: what would be judged by the
    /// clock gets that time on top. To be called before advance(), so that what has happened meanwhile is
    /// heard first.
    [[nodiscard]] Actions heldUp(Duration pause, Moment now);
    /// Replaces the plan. What did not change in an entry is not touched.
    [[nodiscard]] Actions reload(Plan plan, Moment now);

    /// When advance() must be called next. Never empty while a process is down that should be up.
    [[nodiscard]] std::optional<TimePoint> nextDeadline() const;

    /// The plan as it would be in force: with the units that processes were found to belong to, and the
    /// dependencies that are known from unit files.
    [[nodiscard]] Plan completed(Plan plan) const;

    /// What the machine offers; to be set before begin() and before reload().
    void setFacilities(LaunchFacilities facilities) { facilities_ = facilities; }
    /// How this process is started; one that was removed: as what is started without a unit of its own.
    [[nodiscard]] Placement placement(const std::string& name) const;

    [[nodiscard]] const Plan& plan() const { return *plan_; }
    [[nodiscard]] const ProcessPlan* processPlan(const std::string& name) const;
    /// The same, for those who refer to it also when a reload has replaced it.
    [[nodiscard]] std::optional<Shared<ProcessPlan>> sharedPlan(const std::string& name) const;
    /// As last published by action::Changed. None for an unknown name.
    [[nodiscard]] const ProcessView* view(const std::string& name) const;
    /// Of all views.
    [[nodiscard]] const Census& census() const { return census_; }
    [[nodiscard]] std::optional<SavedState> savedState(const std::string& name) const;

private:
    struct Entry {
        ManagedProcess process;
        ProcessView published;
        std::optional<TimePoint> deadline;
        Placement launchedAs; ///< by the last order
    };

    [[nodiscard]] ActionSink sink(Moment now) { return ActionSink{now, numbers_, moved_}; }
    [[nodiscard]] Actions finish(ActionSink& out);
    void specify(Action& action);
    void specify(action::Launch& launch);
    void specify(action::Stop& stop) const;
    void follow(Entry& entry, const event::Up& up, ActionSink& out);
    [[nodiscard]] bool unfollow(Entry& entry, ActionSink& out);
    Entry& add(const ProcessPlan& plan, const std::optional<SavedState>& saved);
    void replacePlan(Plan plan, ActionSink& out);
    void removeMissing(ActionSink& out);
    void deliver(Entry& entry, const Event& event, ActionSink& out);
    void settle(Entry& entry, ActionSink& out);
    void settleOne(Entry& entry, ActionSink& out);
    void notifyDependents(const Entry& entry, ActionSink& out);
    [[nodiscard]] const ManagedProcess* failedTarget(const ManagedProcess& bound) const;
    void reviseStops(const ManagedProcess& target, ActionSink& out);

    std::unique_ptr<Plan> plan_;
    LaunchFacilities facilities_;
    Targets facts_;
    TargetTracker targets_;
    std::map<std::string, Entry, std::less<>> entries_;
    Census census_; ///< of what is published
    UnitRelationBook relations_;
    FollowedUnits followed_;
    std::set<std::pair<TimePoint, std::string>> deadlines_;
    std::deque<std::string> unsettled_; ///< changed, or notified of a change
    Numbers numbers_;
    MoveObserver moved_;
};

} // namespace healer::core
