// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/action.hpp"
#include "core/event.hpp"
#include "core/launch_spec.hpp"
#include "core/plan.hpp"
#include "core/subject.hpp"
#include "core/view.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace healer::core {

/// All that the core remembers across a restart of the daemon, by process name.
using Snapshots = std::map<std::string, SubjectSnapshot, std::less<>>;

/// The pure core: events and time in, actions out. It reads no clock, does no I/O, and calls nobody.
///
/// Call begin() once, then handle() for every event and advance() when nextDeadline() has come, always with
/// the present time, which never goes back.
class Coordinator {
public:
    Coordinator(Plan plan, const Snapshots& before);
    Coordinator(const Coordinator&) = delete;
    Coordinator& operator=(const Coordinator&) = delete;

    [[nodiscard]] Actions begin(Moment now);
    [[nodiscard]] Actions handle(const Event& event, Moment now);
    [[nodiscard]] Actions advance(Moment now);
    /// Replaces the plan. What did not change in an entry is not touched.
    [[nodiscard]] Actions reload(Plan plan, Moment now);

    /// When advance() must be called next. Never empty while something is down that nobody wants down.
    [[nodiscard]] std::optional<TimePoint> nextDeadline() const;

    /// The plan as it would be in force: with the dependencies that are known from unit files.
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
    [[nodiscard]] std::optional<SubjectSnapshot> snapshot(const std::string& name) const;

private:
    struct Entry {
        Subject subject;
        ProcessView published;
        std::optional<TimePoint> deadline;
    };

    /// What has to be known of one that others depend on.
    struct Target {
        std::vector<std::string> dependents;
        TargetFacts facts;                ///< as the dependents were told last
        std::optional<Instance> instance; ///< the last one that was ready
        std::optional<TimePoint> lostAt;  ///< since when it is not ready any more
    };

    void replacePlan(Plan plan, Moment now, Outbox& out);

    // What unit files say (coordinator_units.cpp)
    void complete(Plan& plan, Outbox& out);
    void learn(const event::UnitSettings& settings, Moment now, Outbox& out);
    [[nodiscard]] const Subject* failedTarget(const std::string& bound,
                                              std::optional<TimePoint> ranSince) const;
    void reviseStops(const Subject& target, Moment now, Outbox& out);

    void linkTargets();
    void tellDependents(const Entry& entry, Moment now, Outbox& out);
    Entry& add(const ProcessPlan& plan, const std::optional<SubjectSnapshot>& before);
    void settle(Entry& entry, Moment now, Outbox& out);
    Outbox outbox() const;
    void specify(Action& action) const;
    Actions collect(Outbox&& out);

    std::unique_ptr<Plan> plan_;
    LaunchFacilities facilities_;
    Targets facts_;
    std::map<std::string, Target, std::less<>> targets_;
    std::map<std::string, Entry, std::less<>> entries_;
    RelationsByProcess relations_;
    std::multimap<std::string, std::string> omitted_; ///< edges of unit files, as they were told last
    std::set<std::pair<TimePoint, std::string>> deadlines_;
    std::uint64_t lastIncident_ = 0;
    std::uint64_t lastAttempt_ = 0;
};

} // namespace healer::core
