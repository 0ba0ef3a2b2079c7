// SPDX-License-Identifier: Apache-2.0
#include "core/coordinator.hpp"

#include <algorithm>

namespace healer::core {

namespace {

const std::string& nameOf(const Event& event) {
    return std::visit([](const auto& what) -> const std::string& { return what.name; }, event);
}

} // namespace

Coordinator::Coordinator(Plan plan, const Snapshots& before)
    : plan_(std::make_unique<Plan>(std::move(plan))), facts_([this](const std::string& name) {
          const auto found = entries_.find(name);
          return found == entries_.end() ? TargetFacts{} : found->second.subject.facts();
      }) {
    for (const auto& [name, snapshot] : before) {
        lastIncident_ = std::max(lastIncident_, snapshot.incident);
    }
    for (const auto& process : plan_->processes) {
        const auto found = before.find(process->name);
        add(*process, found == before.end() ? std::nullopt : std::optional(found->second));
    }
    linkTargets();
}

/// Who depends on whom; what is known of the targets stays.
void Coordinator::linkTargets() {
    auto before = std::exchange(targets_, {});
    for (const auto& process : plan_->processes) {
        for (const auto& dependency : process->dependencies) {
            auto [entry, fresh] = targets_.try_emplace(dependency.target);
            if (const auto known = before.find(dependency.target); fresh && known != before.end()) {
                entry->second = std::move(known->second);
                entry->second.dependents.clear();
            }
            entry->second.dependents.push_back(process->name);
        }
    }
}

Coordinator::Entry& Coordinator::add(const ProcessPlan& plan, const std::optional<SubjectSnapshot>& before) {
    return entries_
        .emplace(plan.name,
                 Entry{Subject(plan, plan_->observeOnly, facts_, before), ProcessView{}, std::nullopt})
        .first->second;
}

Actions Coordinator::begin(Moment now) {
    Outbox out = outbox();
    for (auto& [name, entry] : entries_) {
        entry.subject.begin(now, out);
        settle(entry, now, out);
    }
    return collect(std::move(out));
}

Actions Coordinator::handle(const Event& event, Moment now) {
    Outbox out = outbox();
    const auto found = entries_.find(nameOf(event));
    if (found != entries_.end()) {
        Subject& subject = found->second.subject;
        const bool stopped = std::holds_alternative<event::StoppedOnPurpose>(event) && subject.isUp();
        const auto since = subject.view().activeSince;
        const auto ranSince = since ? std::optional(since->at) : std::nullopt;
        const Subject* target = stopped ? failedTarget(subject.name(), ranSince) : nullptr;
        if (target != nullptr) {
            subject.stoppedWith(target->name(), now, out);
        } else {
            subject.handle(event, now, out);
        }
        settle(found->second, now, out);
        reviseStops(subject, now, out);
        if (const auto* settings = std::get_if<event::UnitSettings>(&event)) {
            learn(*settings, now, out);
        }
    } else if (const auto* request = std::get_if<event::Request>(&event)) {
        out.actions.emplace_back(action::Reply{
            request->id, Error{"no process named '" + request->name + "'", ErrorKind::noSuchProcess}});
    }
    return collect(std::move(out));
}

Actions Coordinator::advance(Moment now) {
    Outbox out = outbox();
    std::vector<std::string> due;
    for (const auto& [when, name] : deadlines_) {
        if (when > now.at) {
            break;
        }
        due.push_back(name);
    }
    for (const auto& name : due) {
        Entry& entry = entries_.at(name);
        entry.subject.advance(now, out);
        settle(entry, now, out);
    }
    return collect(std::move(out));
}

Actions Coordinator::reload(Plan plan, Moment now) {
    Outbox out = outbox();
    for (const auto& process : plan.processes) {
        // What a unit file says does not hold for another unit of the same process.
        const auto* present = processPlan(process->name);
        if (present != nullptr && present->unit != process->unit) {
            relations_.erase(process->name);
        }
    }
    replacePlan(std::move(plan), now, out);
    return collect(std::move(out));
}

void Coordinator::replacePlan(Plan plan, Moment now, Outbox& out) {
    complete(plan, out);
    for (auto& process : plan.processes) {
        const auto known = sharedPlan(process->name);
        process = known && *known == process ? *known : process;
    }
    const auto old = std::exchange(plan_, std::make_unique<Plan>(std::move(plan)));
    for (auto it = entries_.begin(); it != entries_.end();) {
        if (sharedPlan(it->first)) {
            ++it;
            continue;
        }
        it->second.subject.end(out);
        if (it->second.deadline) {
            deadlines_.erase({*it->second.deadline, it->first});
        }
        relations_.erase(it->first);
        it = entries_.erase(it);
    }
    linkTargets();
    for (const auto& process : plan_->processes) {
        if (const auto found = entries_.find(process->name); found != entries_.end()) {
            Subject& subject = found->second.subject;
            const bool otherEdges = subject.plan().dependencies != process->dependencies;
            subject.changePlan(*process, plan_->observeOnly, now, out);
            settle(found->second, now, out);
            if (otherEdges) {
                out.actions.emplace_back(action::Changed{process->name});
            }
        } else {
            Entry& entry = add(*process, std::nullopt);
            entry.subject.begin(now, out);
            settle(entry, now, out);
        }
    }
}

std::optional<TimePoint> Coordinator::nextDeadline() const {
    return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

const ProcessPlan* Coordinator::processPlan(const std::string& name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second.subject.plan();
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

std::optional<SubjectSnapshot> Coordinator::snapshot(const std::string& name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? std::nullopt : std::optional(found->second.subject.snapshot());
}

/// Files the subject's deadline, and publishes its view if that changed.
void Coordinator::settle(Entry& entry, Moment now, Outbox& out) {
    const std::string& name = entry.subject.name();
    if (const auto deadline = entry.subject.deadline(); deadline != entry.deadline) {
        if (entry.deadline) {
            deadlines_.erase({*entry.deadline, name});
        }
        if (deadline) {
            deadlines_.insert({*deadline, name});
        }
        entry.deadline = deadline;
    }
    if (ProcessView view = entry.subject.view(); view != entry.published) {
        entry.published = std::move(view);
        out.actions.emplace_back(action::Changed{name});
    }
    tellDependents(entry, now, out);
}

/// Goes on to the dependents of the dependents; the graph has no cycles.
void Coordinator::tellDependents(const Entry& entry, Moment now, Outbox& out) {
    const std::string& name = entry.subject.name();
    const auto found = targets_.find(name);
    if (found == targets_.end()) {
        return;
    }
    Target& target = found->second;
    const TargetFacts facts = entry.subject.facts();
    const auto instance = entry.subject.readyInstance();
    if (target.instance && instance != target.instance && !target.lostAt) {
        target.lostAt = now.at;
    }
    const auto lostAt = instance ? std::exchange(target.lostAt, std::nullopt) : std::nullopt;
    const bool restarted = lostAt && instance != target.instance;
    target.instance = instance ? instance : target.instance;
    const bool changed = facts.ready != target.facts.ready || facts.underWay != target.facts.underWay ||
                         facts.reason != target.facts.reason;
    target.facts = facts;
    if (!changed && !restarted) {
        return;
    }
    for (const auto& dependent : target.dependents) {
        if (const auto other = entries_.find(dependent); other != entries_.end()) {
            if (restarted) {
                other->second.subject.targetRestarted(name, *lostAt, now, out);
            }
            other->second.subject.targetChanged(now, out);
            settle(other->second, now, out);
        }
    }
}

Outbox Coordinator::outbox() const {
    return Outbox{{}, lastIncident_, lastAttempt_};
}

Placement Coordinator::placement(const std::string& name) const {
    if (const auto* process = processPlan(name)) {
        return placementOf(*plan_, *process, facilities_);
    }
    ProcessPlan removed;
    removed.name = name;
    return placementOf(*plan_, removed, facilities_);
}

/// What a launcher needs to carry the action out.
void Coordinator::specify(Action& action) const {
    if (auto* launch = std::get_if<action::Launch>(&action)) {
        if (const auto* process = processPlan(launch->name)) {
            const Placement where = placement(launch->name);
            launch->launcher = where.launcher;
            launch->unit = where.unit;
            launch->command = commandFor(*plan_, *process, where);
            launch->stop = process->stop;
            launch->mayFork = mayFork(*process);
        }
    } else if (auto* stop = std::get_if<action::Stop>(&action)) {
        const auto* process = processPlan(stop->name);
        const Placement where = placement(stop->name);
        stop->launcher = where.launcher;
        stop->unit = where.unit;
        stop->plan = process != nullptr ? process->stop : StopPlan{};
    }
}

Actions Coordinator::collect(Outbox&& out) {
    for (auto& action : out.actions) {
        specify(action);
    }
    lastIncident_ = out.lastIncident;
    lastAttempt_ = out.lastAttempt;
    return std::move(out.actions);
}

} // namespace healer::core
