// SPDX-License-Identifier: Apache-2.0
#include "bus/process_properties.hpp"

#include <type_traits>
#include <variant>

namespace healer::bus {

namespace {

std::string kindName(core::DependencyKind kind) {
    return kind == core::DependencyKind::after ? "after" : "requires";
}

std::string failureName(core::DependencyFailure failure) {
    switch (failure) {
    case core::DependencyFailure::skip:
        return "skip";
    case core::DependencyFailure::degrade:
        return "degrade";
    case core::DependencyFailure::abort:
        break;
    }
    return "abort";
}

sdbus::Variant toVariant(const core::FieldValue& value) {
    return std::visit(
        [](const auto& content) {
            if constexpr (std::is_same_v<std::decay_t<decltype(content)>, std::string>) {
                return sdbus::Variant(validUtf8(content));
            } else {
                return sdbus::Variant(content);
            }
        },
        value);
}

} // namespace

ProcessFacts factsOf(const Backend& backend, const std::string& name) {
    static const core::ProcessView kNoView;
    static const core::ProcessPlan kNoPlan;
    const core::ProcessView* view = backend.view(name);
    const core::ProcessPlan* plan = backend.plan(name);
    return {name, view == nullptr ? kNoView : *view, plan == nullptr ? kNoPlan : *plan,
            plan == nullptr ? std::string() : backend.unitOf(name)};
}

std::vector<std::string> commandLine(const core::ProcessPlan& plan) {
    if (plan.command.path.empty()) {
        return {};
    }
    std::vector<std::string> result{validUtf8(plan.command.path)};
    result.reserve(plan.command.args.size() + 1);
    for (const std::string& argument : plan.command.args) {
        result.push_back(validUtf8(argument));
    }
    return result;
}

std::vector<std::string> monitorTypes(const core::ProcessPlan& plan) {
    std::vector<std::string> result;
    result.reserve(plan.monitors.size());
    for (const core::MonitorPlan& monitor : plan.monitors) {
        result.push_back(validUtf8(monitor.type));
    }
    return result;
}

std::vector<DependencyRow> dependencyList(const core::ProcessPlan& plan) {
    std::vector<DependencyRow> result;
    result.reserve(plan.dependencies.size());
    for (const core::DependencyPlan& dependency : plan.dependencies) {
        result.emplace_back(validUtf8(dependency.target), kindName(dependency.kind), dependency.hard,
                            failureName(dependency.onFailure));
    }
    return result;
}

std::map<std::string, std::string> dependencyOrigins(const core::ProcessPlan& plan) {
    std::map<std::string, std::string> result;
    for (const core::DependencyPlan& dependency : plan.dependencies) {
        result.emplace(validUtf8(dependency.target),
                       dependency.origin.empty() ? "configuration" : dependency.origin);
    }
    return result;
}

KnownFields knownFields(const core::LastExit& last) {
    KnownFields fields;
    for (const core::LastExitField& field : core::lastExitFields()) {
        if (auto value = field.get(last)) {
            fields.emplace_back(field.name, std::move(*value));
        }
    }
    return fields;
}

Dictionary toDictionary(const KnownFields& fields) {
    Dictionary result;
    for (const auto& [key, value] : fields) {
        result.emplace(key, toVariant(value));
    }
    return result;
}

Dictionary toDictionary(const HistoryEntry& entry) {
    Dictionary result;
    for (const auto& [key, value] : entry) {
        result.emplace(validUtf8(key), toVariant(value));
    }
    return result;
}

} // namespace healer::bus
