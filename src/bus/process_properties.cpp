// SPDX-License-Identifier: Apache-2.0
#include "bus/process_properties.hpp"

#include "bus/utf8.hpp"

#include <type_traits>
#include <variant>

namespace healer::bus {

namespace {

const char* kindName(core::DependencyKind kind) {
    return kind == core::DependencyKind::after ? "after" : "requires";
}

const char* failureName(core::DependencyFailure failure) {
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

} // namespace

ProcessSnapshot takeSnapshot(const Backend& backend, const std::string& name) {
    ProcessSnapshot snapshot;
    if (const core::ProcessView* view = backend.view(name)) {
        snapshot.view = *view;
    }
    if (const core::ProcessPlan* plan = backend.plan(name)) {
        snapshot.command = commandLine(*plan);
        snapshot.monitors = monitorTypes(*plan);
        snapshot.dependencies = plan->dependencies;
        snapshot.unit = backend.unitOf(name);
    }
    return snapshot;
}

std::vector<const char*> changedProperties(const ProcessSnapshot& before, const ProcessSnapshot& after) {
    const core::ProcessView& old = before.view;
    const core::ProcessView& now = after.view;
    std::vector<const char*> names;
    const auto compare = [&names](const char* name, bool same) {
        if (!same) {
            names.push_back(name);
        }
    };
    compare("State", old.state == now.state);
    compare("BreakerState", old.breaker == now.breaker);
    compare("BreakerRetryUSec", old.breakerRetryAt == now.breakerRetryAt);
    compare("PID", (old.key ? old.key->pid : 0) == (now.key ? now.key->pid : 0));
    compare("Unit", before.unit == after.unit);
    compare("Command", before.command == after.command);
    compare("Monitors", before.monitors == after.monitors);
    compare("RestartCount", old.restartCount == now.restartCount);
    compare("ActiveSinceUSec", old.activeSince == now.activeSince);
    compare("StateReason", old.stateReason == now.stateReason);
    compare("Degraded", old.degraded == now.degraded);
    compare("Dependencies", before.dependencies == after.dependencies);
    compare("LastExit", old.lastExit == now.lastExit);
    return names;
}

bool countsAsDown(core::State state) {
    switch (state) {
    case core::State::down:
    case core::State::deferred:
    case core::State::backoff:
    case core::State::recovering:
    case core::State::tripped:
        return true;
    case core::State::disabled:
    case core::State::paused:
    case core::State::stopped:
    case core::State::starting:
    case core::State::running:
        break;
    }
    return false;
}

std::vector<std::string> commandLine(const core::ProcessPlan& plan) {
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

std::vector<sdbus::Struct<std::string, std::string, bool, std::string>>
dependencyList(const core::ProcessPlan& plan) {
    std::vector<sdbus::Struct<std::string, std::string, bool, std::string>> result;
    result.reserve(plan.dependencies.size());
    for (const core::DependencyPlan& dependency : plan.dependencies) {
        result.emplace_back(validUtf8(dependency.target), std::string(kindName(dependency.kind)),
                            dependency.hard, std::string(failureName(dependency.onFailure)));
    }
    return result;
}

Dictionary exitDetails(const core::Exit& exit) {
    Dictionary details;
    details.emplace("reason", sdbus::Variant(std::string(core::toString(exit.reason))));
    if (exit.code) {
        details.emplace("code", sdbus::Variant(std::int32_t{*exit.code}));
    }
    if (exit.signal) {
        details.emplace("signal", sdbus::Variant(std::int32_t{*exit.signal}));
    }
    if (!exit.probe.empty()) {
        details.emplace("probe", sdbus::Variant(validUtf8(exit.probe)));
    }
    if (!exit.detail.empty()) {
        details.emplace("detail", sdbus::Variant(validUtf8(exit.detail)));
    }
    return details;
}

Dictionary lastExitDetails(const Backend& backend, const core::ProcessView& view) {
    if (!view.lastExit) {
        return {};
    }
    Dictionary details = exitDetails(view.lastExit->exit);
    if (view.lastExit->pid > 0) {
        details.emplace("pid", sdbus::Variant(static_cast<std::uint32_t>(view.lastExit->pid)));
    }
    details.emplace("time_usec", sdbus::Variant(backend.realtimeUsec(view.lastExit->at)));
    if (view.lastExit->runtime) {
        details.emplace("runtime_usec",
                        sdbus::Variant(static_cast<std::uint64_t>(view.lastExit->runtime->count())));
    }
    return details;
}

Dictionary toDictionary(const HistoryEntry& entry) {
    Dictionary result;
    for (const auto& [key, value] : entry) {
        result.emplace(validUtf8(key),
                       std::visit(
                           [](const auto& content) {
                               if constexpr (std::is_same_v<std::decay_t<decltype(content)>, std::string>) {
                                   return sdbus::Variant(validUtf8(content));
                               } else {
                                   return sdbus::Variant(content);
                               }
                           },
                           value));
    }
    return result;
}

} // namespace healer::bus
