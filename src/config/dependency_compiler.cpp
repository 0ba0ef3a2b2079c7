// SPDX-License-Identifier: Apache-2.0
#include "config/dependency_compiler.hpp"

#include "config/bounds.hpp"
#include "config/section.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace healer::config {
namespace {

constexpr Word<core::DependencyKind> kKinds[] = {
    {"requires", core::DependencyKind::requirement},
    {"after", core::DependencyKind::after},
};

constexpr Word<core::DependencyFailure> kFailures[] = {
    {"abort", core::DependencyFailure::abort},
    {"skip", core::DependencyFailure::skip},
    {"degrade", core::DependencyFailure::degrade},
};

constexpr Word<core::Propagate> kPropagations[] = {
    {"none", core::Propagate::none},
    {"restart", core::Propagate::restart},
};

std::optional<core::DependencyPlan> compileLongForm(const Field& field) {
    core::DependencyPlan plan;
    auto section = Section::open(field);
    if (!section) {
        return std::nullopt;
    }
    const auto target = section->require("target");
    const auto name = target ? target->text() : std::nullopt;
    if (const auto kind = section->take("kind")) {
        plan.kind = kind->word(kKinds).value_or(plan.kind);
    }
    if (const auto hard = section->take("hard")) {
        plan.hard = hard->boolean().value_or(plan.hard);
    }
    if (const auto wait = section->take("max_wait_secs")) {
        plan.maxWait = wait->seconds(kWaiting).value_or(plan.maxWait);
    }
    if (const auto failure = section->take("on_failure")) {
        plan.onFailure = failure->word(kFailures).value_or(plan.onFailure);
    }
    if (const auto propagate = section->take("propagate")) {
        plan.propagate = propagate->word(kPropagations).value_or(plan.propagate);
    }
    section->rejectUnknownKeys();
    plan.target = name.value_or("");
    return name ? std::optional(std::move(plan)) : std::nullopt;
}

std::optional<core::DependencyPlan> compileOne(const Field& field) {
    if (field.node().kind == NodeKind::mapping) {
        return compileLongForm(field);
    }
    if (field.node().kind != NodeKind::scalar) {
        field.error("must be the name of a process or a mapping with a target");
        return std::nullopt;
    }
    const auto name = field.text();
    return name ? std::optional(core::DependencyPlan{.target = *name}) : std::nullopt;
}

} // namespace

void compileDependencies(const Field& field, ProcessDraft& draft) {
    if (field.node().kind == NodeKind::scalar && field.node().text == "auto") {
        draft.plan.unitDependencies = true;
        if (draft.unit.place.line == 0) {
            field.error("auto takes over what a unit file says, and this process has no unit");
        }
        return;
    }
    if (field.node().kind == NodeKind::scalar) {
        field.error("must be a list of dependencies, or auto (of a unit: what its unit file says)");
        return;
    }
    const auto items = field.items();
    if (!items) {
        return;
    }
    for (const Field& item : *items) {
        auto plan = compileOne(item);
        if (!plan) {
            continue;
        }
        auto& plans = draft.plan.dependencies;
        if (std::any_of(plans.begin(), plans.end(),
                        [&](const auto& p) { return p.target == plan->target; })) {
            item.error(quote(plan->target) + " is listed twice");
            continue;
        }
        plans.push_back(std::move(*plan));
        draft.dependencies.push_back(item.site());
    }
}

} // namespace healer::config
