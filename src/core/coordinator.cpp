// SPDX-License-Identifier: Apache-2.0
#include "core/coordinator.hpp"

#include <algorithm>

namespace healer::core {

namespace {

const std::string& nameOf(const Event& event) {
    return std::visit([](const auto& what) -> const std::string& { return what.name; }, event);
}

} // namespace

Coordinator::Coordinator(Plan plan, const SavedStates& saved)
    : plan_(std::make_unique<Plan>(std::move(plan))), facts_([this](const std::string& name) {
          const auto found = entries_.find(name);
          return found == entries_.end() ? TargetFacts{} : found->second.process.facts();
      }) {
    for (const auto& [name, state] : saved) {
        numbers_.lastIncident = std::max(numbers_.lastIncident, state.incident);
        if (!state.followedUnit.empty()) {
            followed_.follow(name, state.followedUnit);
        }
    }
    followed_.revise(*plan_);
    followed_.apply(*plan_);
    for (const auto& process : plan_->processes) {
        const auto found = saved.find(process->name);
        add(*process, found == saved.end() ? std::nullopt : std::optional(found->second));
    }
    targets_.link(*plan_);
}

Coordinator::Entry& Coordinator::add(const ProcessPlan& plan, const std::optional<SavedState>& saved) {
    const Mode mode = plan_->observeOnly ? Mode::observe : Mode::act;
    Entry& entry =
        entries_
            .emplace(plan.name,
                     Entry{ManagedProcess(plan, mode, facts_, saved), ProcessView{}, std::nullopt, {}})
            .first->second;
    census_.add(entry.published);
    return entry;
}

Actions Coordinator::begin(Moment now) {
    ActionSink out = sink(now);
    for (auto& [name, entry] : entries_) {
        entry.process.begin(out);
        settle(entry, out);
    }
    return finish(out);
}

Actions Coordinator::handle(const Event& event, Moment now) {
    ActionSink out = sink(now);
    const auto found = entries_.find(nameOf(event));
    if (found != entries_.end()) {
        deliver(found->second, event, out);
    } else if (const auto* request = std::get_if<event::Request>(&event)) {
        const Result<pid_t> unknown =
            Error{"no process named '" + request->name + "'", ErrorKind::noSuchProcess};
        out.add(action::Reply{request->id, unknown});
    }
    return finish(out);
}

void Coordinator::deliver(Entry& entry, const Event& event, ActionSink& out) {
    if (isGone(event) && unfollow(entry, out)) {
        deliver(entry, withoutUnit(event), out);
        return;
    }
    ManagedProcess& process = entry.process;
    const bool stopped = std::holds_alternative<event::StoppedOnPurpose>(event) && process.isUp();
    if (const auto* target = stopped ? failedTarget(process) : nullptr) {
        process.stoppedWith(target->name(), out);
    } else {
        process.handle(event, out);
    }
    if (const auto* up = std::get_if<event::Up>(&event);
        up != nullptr && !up->unit.empty() && process.plan().unit.empty() && process.plan().enabled) {
        follow(entry, *up, out);
    }
    settle(entry, out);
    reviseStops(process, out);
    if (const auto* settings = std::get_if<event::UnitSettings>(&event)) {
        const bool news = relations_.learn(settings->name, settings->relations);
        if (news && process.plan().unitDependencies) {
            replacePlan(*plan_, out);
        }
    }
}

/// It is the main process of a unit that Healer has not made: from now on the process of that unit.
void Coordinator::follow(Entry& entry, const event::Up& up, ActionSink& out) {
    followed_.follow(up.name, up.unit);
    out.add(action::Announce{up.name, 0, notice::FollowsUnit{pidOf(up.instance), up.unit}});
    settle(entry, out);
    replacePlan(*plan_, out);
}

/// The unit that it followed does not exist any longer: it is the process of its own command again. False: it
/// followed none.
bool Coordinator::unfollow(Entry& entry, ActionSink& out) {
    const std::string name = entry.process.name();
    const auto configured = followed_.configured(name);
    if (!configured) {
        return false;
    }
    followed_.forget(name);
    Plan plan = *plan_;
    for (auto& process : plan.processes) {
        if (process->name == name) {
            process = *configured;
        }
    }
    relations_.forget(name);
    replacePlan(std::move(plan), out);
    return true;
}

Actions Coordinator::advance(Moment now) {
    ActionSink out = sink(now);
    std::vector<std::string> due;
    for (const auto& [when, name] : deadlines_) {
        if (when > now.at) {
            break;
        }
        due.push_back(name);
    }
    for (const auto& name : due) {
        Entry& entry = entries_.at(name);
        entry.process.advance(out);
        settle(entry, out);
    }
    return finish(out);
}

Actions Coordinator::heldUp(Duration pause, Moment now) {
    ActionSink out = sink(now);
    for (auto& [name, entry] : entries_) {
        if (entry.process.heldUp(pause)) {
            settle(entry, out);
        }
    }
    return finish(out);
}

Actions Coordinator::reload(Plan plan, Moment now) {
    ActionSink out = sink(now);
    followed_.revise(plan);
    followed_.apply(plan);
    for (const auto& process : plan.processes) {
        // What a unit file says does not hold for another unit of the same process.
        const auto* present = processPlan(process->name);
        if (present != nullptr && present->unit != process->unit) {
            relations_.forget(process->name);
        }
    }
    replacePlan(std::move(plan), out);
    return finish(out);
}

void Coordinator::replacePlan(Plan plan, ActionSink& out) {
    followed_.apply(plan);
    for (auto& [name, text] : relations_.completeAndReport(plan)) {
        out.add(action::Announce{name, 0, notice::DependencyOmitted{text}});
    }
    for (auto& process : plan.processes) {
        const auto known = sharedPlan(process->name);
        process = known && *known == process ? *known : process;
    }
    const auto old = std::exchange(plan_, std::make_unique<Plan>(std::move(plan)));
    removeMissing(out);
    targets_.link(*plan_);
    const Mode mode = plan_->observeOnly ? Mode::observe : Mode::act;
    for (const auto& process : plan_->processes) {
        const auto found = entries_.find(process->name);
        if (found == entries_.end()) {
            Entry& entry = add(*process, std::nullopt);
            entry.process.begin(out);
            settle(entry, out);
            continue;
        }
        ManagedProcess& managed = found->second.process;
        const bool otherEdges = managed.plan().dependencies != process->dependencies;
        managed.changePlan(*process, mode, out);
        settle(found->second, out);
        if (otherEdges) {
            out.add(action::Changed{process->name});
        }
    }
}

void Coordinator::removeMissing(ActionSink& out) {
    for (auto it = entries_.begin(); it != entries_.end();) {
        if (sharedPlan(it->first)) {
            ++it;
            continue;
        }
        it->second.process.end(out);
        if (it->second.deadline) {
            deadlines_.erase({*it->second.deadline, it->first});
        }
        relations_.forget(it->first);
        followed_.forget(it->first);
        census_.remove(it->second.published);
        it = entries_.erase(it);
    }
}

Plan Coordinator::completed(Plan plan) const {
    FollowedUnits followed = followed_;
    followed.revise(plan);
    followed.apply(plan);
    relations_.complete(plan);
    return plan;
}

std::optional<TimePoint> Coordinator::nextDeadline() const {
    return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

const ProcessPlan* Coordinator::processPlan(const std::string& name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second.process.plan();
}

std::optional<Shared<ProcessPlan>> Coordinator::sharedPlan(const std::string& name) const {
    const auto found = std::lower_bound(
        plan_->processes.begin(), plan_->processes.end(), name,
        [](const Shared<ProcessPlan>& plan, const std::string& wanted) { return plan->name < wanted; });
    return found != plan_->processes.end() && (*found)->name == name ? std::optional(*found) : std::nullopt;
}

const ProcessView* Coordinator::view(const std::string& name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second.published;
}

std::optional<SavedState> Coordinator::savedState(const std::string& name) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) {
        return std::nullopt;
    }
    SavedState state = found->second.process.savedState();
    state.followedUnit = followed_.of(name);
    return state;
}

/// A change may change the dependents too, and so on: what is left to be settled waits in a queue, so that a
/// long chain of dependencies needs no deep stack. It ends, as the graph has no cycles.
void Coordinator::settle(Entry& entry, ActionSink& out) {
    settleOne(entry, out);
    while (!unsettled_.empty()) {
        const std::string name = std::move(unsettled_.front());
        unsettled_.pop_front();
        if (const auto found = entries_.find(name); found != entries_.end()) {
            settleOne(found->second, out);
        }
    }
}

/// Files the deadline, publishes the view if that has changed, and notifies the dependents.
void Coordinator::settleOne(Entry& entry, ActionSink& out) {
    const std::string& name = entry.process.name();
    if (const auto deadline = entry.process.deadline(); deadline != entry.deadline) {
        if (entry.deadline) {
            deadlines_.erase({*entry.deadline, name});
        }
        if (deadline) {
            deadlines_.insert({*deadline, name});
        }
        entry.deadline = deadline;
    }
    if (ProcessView view = entry.process.view(); view != entry.published) {
        census_.remove(entry.published);
        census_.add(view);
        entry.published = std::move(view);
        out.add(action::Changed{name});
    }
    notifyDependents(entry, out);
}

void Coordinator::notifyDependents(const Entry& entry, ActionSink& out) {
    const std::string& name = entry.process.name();
    const auto change = targets_.note(name, entry.process.facts(), entry.process.readyInstance(), out.now.at);
    if (change.dependents == nullptr) {
        return;
    }
    for (const auto& dependent : *change.dependents) {
        if (const auto found = entries_.find(dependent); found != entries_.end()) {
            if (change.restartedAfter) {
                found->second.process.targetRestarted(name, *change.restartedAfter, out);
            }
            found->second.process.targetChanged(out);
            unsettled_.push_back(dependent);
        }
    }
}

/// The process that this one is bound to and that systemd stopped it for; none where it was stopped on
/// request.
const ManagedProcess* Coordinator::failedTarget(const ManagedProcess& bound) const {
    const auto ranSince = bound.activeSince();
    for (const auto& unit : relations_.boundTo(bound.name())) {
        for (const auto& [name, entry] : entries_) {
            if (entry.process.plan().unit == unit && entry.process.tookAlong(ranSince)) {
                return &entry.process;
            }
        }
    }
    return nullptr;
}

/// What was just stopped may turn out to have been stopped because this one had ended.
void Coordinator::reviseStops(const ManagedProcess& target, ActionSink& out) {
    const std::string& unit = target.plan().unit;
    if (unit.empty()) {
        return;
    }
    for (const auto& name : relations_.boundBy(unit)) {
        const auto found = entries_.find(name);
        if (found == entries_.end()) {
            continue;
        }
        const auto ranSince = found->second.process.justStopped(out.now.at);
        if (ranSince && target.tookAlong(ranSince)) {
            found->second.process.stoppedWith(target.name(), out);
            settle(found->second, out);
        }
    }
}

Placement Coordinator::placement(const std::string& name) const {
    if (const auto* process = processPlan(name)) {
        return placementOf(*plan_, *process, facilities_);
    }
    ProcessPlan removed;
    removed.name = name;
    return placementOf(*plan_, removed, facilities_);
}

Actions Coordinator::finish(ActionSink& out) {
    for (auto& action : out.actions) {
        specify(action);
    }
    return std::move(out.actions);
}

/// What a launcher needs to carry the action out.
void Coordinator::specify(Action& action) {
    if (auto* launch = std::get_if<action::Launch>(&action)) {
        specify(*launch);
    } else if (auto* stop = std::get_if<action::Stop>(&action)) {
        specify(*stop);
    }
}

void Coordinator::specify(action::Launch& launch) {
    const auto found = entries_.find(launch.name);
    if (found == entries_.end()) {
        return;
    }
    const ProcessPlan& process = found->second.process.plan();
    const Placement where = placement(launch.name);
    found->second.launchedAs = where;
    launch.launcher = where.launcher;
    launch.unit = where.unit;
    launch.command = commandFor(*plan_, process, where);
    launch.stop = process.stop;
    launch.mayFork = mayFork(process);
}

void Coordinator::specify(action::Stop& stop) const {
    const auto found = entries_.find(stop.name);
    Placement where = placement(stop.name);
    if (found != entries_.end()) {
        const auto& [process, published, deadline, launchedAs] = found->second;
        stop.plan = process.plan().stop;
        // A second copy is not in the unit that the process has been found to belong to since.
        if (process.instance() != stop.instance && !launchedAs.launcher.empty()) {
            where = launchedAs;
        }
    }
    stop.launcher = where.launcher;
    stop.unit = where.unit;
}

} // namespace healer::core
