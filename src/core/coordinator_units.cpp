// SPDX-License-Identifier: Apache-2.0
// Coordinator: what unit files say about each other.
#include "core/coordinator.hpp"

#include <algorithm>
#include <utility>

namespace healer::core {

Plan Coordinator::completed(Plan plan) const {
    (void)takeOverUnitDependencies(plan, relations_);
    return plan;
}

void Coordinator::complete(Plan& plan, Outbox& out) {
    auto omitted = takeOverUnitDependencies(plan, relations_);
    for (const auto& [name, text] : omitted) {
        const auto [first, last] = omitted_.equal_range(name);
        const bool told =
            std::any_of(first, last, [&text = text](const auto& known) { return known.second == text; });
        if (!told) {
            out.actions.emplace_back(action::Announce{name, 0, notice::DependencyOmitted{text}});
        }
    }
    omitted_ = std::move(omitted);
}

void Coordinator::learn(const event::UnitSettings& settings, Moment now, Outbox& out) {
    UnitRelations& known = relations_[settings.name];
    if (known == settings.relations) {
        return;
    }
    known = settings.relations;
    if (const auto* plan = processPlan(settings.name); plan != nullptr && plan->unitDependencies) {
        replacePlan(*plan_, now, out);
    }
}

/// The one that this process is bound to and that systemd stopped it for; none where a person did.
const Subject* Coordinator::failedTarget(const std::string& bound, std::optional<TimePoint> ranSince) const {
    const auto relations = relations_.find(bound);
    if (relations == relations_.end() || relations->second.bindsTo.empty()) {
        return nullptr;
    }
    for (const auto& unit : relations->second.bindsTo) {
        for (const auto& [name, entry] : entries_) {
            if (entry.subject.plan().unit == unit && entry.subject.tookAlong(ranSince)) {
                return &entry.subject;
            }
        }
    }
    return nullptr;
}

/// What was just stopped may turn out to have been stopped because this one had ended.
void Coordinator::reviseStops(const Subject& target, Moment now, Outbox& out) {
    const std::string& unit = target.plan().unit;
    if (unit.empty()) {
        return;
    }
    for (const auto& [name, relations] : relations_) {
        const auto& bindsTo = relations.bindsTo;
        const auto found = entries_.find(name);
        if (found == entries_.end() || std::find(bindsTo.begin(), bindsTo.end(), unit) == bindsTo.end()) {
            continue;
        }
        const auto ranSince = found->second.subject.justStopped(now);
        if (ranSince && target.tookAlong(ranSince)) {
            found->second.subject.stoppedWith(target.name(), now, out);
            settle(found->second, now, out);
        }
    }
}

} // namespace healer::core
