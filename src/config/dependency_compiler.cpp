// SPDX-License-Identifier: Apache-2.0
#include "config/dependency_compiler.hpp"

#include "config/plan_keys.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace healer::config {
namespace {

std::optional<core::DependencyPlan> compileOne(const Field& field) {
    if (field.node().kind == NodeKind::mapping) {
        auto plan = readMapping<core::DependencyPlan>(field);
        return plan && !plan->target.empty() ? std::move(plan) : std::nullopt;
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
