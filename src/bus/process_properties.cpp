// SPDX-License-Identifier: Apache-2.0
#include "bus/process_properties.hpp"

#include "bus/utf8.hpp"

#include <functional>
#include <type_traits>
#include <variant>

namespace healer::bus {

namespace {

/// Its place in the fingerprint, where it stands for DependencyOrigins too.
constexpr std::size_t kDependencies = kComparedProperties - 2;

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

template <typename... Values>
std::size_t hashOf(const Values&... values) {
    constexpr std::size_t kSpread = 0x9e3779b97f4a7c15U;
    std::size_t result = 1;
    ((result = (result ^ std::hash<Values>{}(values)) * kSpread, result ^= result >> 32U), ...);
    return result;
}

std::size_t hashOfAll(const std::vector<std::string>& texts) {
    std::size_t result = 0;
    for (const auto& text : texts) {
        result = hashOf(result, text);
    }
    return result;
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

Fingerprint fingerprintOf(const ProcessSnapshot& snapshot) {
    const core::ProcessView& view = snapshot.view;
    const auto instant = [](const auto& at) {
        return hashOf(at.has_value(), at ? at->wall.time_since_epoch().count() : 0);
    };
    Fingerprint print{hashOf(static_cast<int>(view.state)),
                      hashOf(static_cast<int>(view.breaker)),
                      instant(view.breakerRetryAt),
                      hashOf(core::pidOf(view.instance)),
                      hashOf(snapshot.unit),
                      hashOfAll(snapshot.command),
                      hashOfAll(snapshot.monitors),
                      hashOf(view.restartCount),
                      instant(view.activeSince),
                      hashOf(view.stateReason),
                      hashOf(view.degraded),
                      0,
                      0};
    std::size_t& dependencies = print[kDependencies];
    for (const auto& dependency : snapshot.dependencies) {
        dependencies = hashOf(dependencies, dependency.target, static_cast<int>(dependency.kind),
                              dependency.hard, static_cast<int>(dependency.onFailure), dependency.origin);
    }
    if (view.lastExit) {
        const auto& [exit, pid, at, runtime] = *view.lastExit;
        print.back() = hashOf(static_cast<int>(exit.reason), exit.code.value_or(-1), exit.signal.value_or(-1),
                              exit.probe, exit.detail, pid, at.wall.time_since_epoch().count(),
                              runtime.value_or(core::Duration(-1)).count());
    }
    return print;
}

std::vector<const char*> changedProperties(const Fingerprint& before, const Fingerprint& after) {
    constexpr std::array<const char*, kComparedProperties> kNames{
        "State",    "BreakerState", "BreakerRetryUSec", "PID",         "Unit",     "Command",
        "Monitors", "RestartCount", "ActiveSinceUSec",  "StateReason", "Degraded", "Dependencies",
        "LastExit"};
    std::vector<const char*> names;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (before[i] != after[i]) {
            names.push_back(kNames[i]);
            if (i == kDependencies) {
                names.push_back("DependencyOrigins");
            }
        }
    }
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

std::map<std::string, std::string> dependencyOrigins(const core::ProcessPlan& plan) {
    std::map<std::string, std::string> result;
    for (const core::DependencyPlan& dependency : plan.dependencies) {
        result.emplace(validUtf8(dependency.target),
                       dependency.origin.empty() ? "configuration" : dependency.origin);
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
    if (exit.sender) {
        details.emplace("sender_signal", sdbus::Variant(std::int32_t{exit.sender->signal}));
        if (exit.sender->pid != 0) {
            details.emplace("sender_pid", sdbus::Variant(static_cast<std::uint32_t>(exit.sender->pid)));
        }
        details.emplace("sender_uid", sdbus::Variant(std::uint32_t{exit.sender->uid}));
        details.emplace("sender_comm", sdbus::Variant(validUtf8(exit.sender->comm)));
    }
    if (!exit.probe.empty()) {
        details.emplace("probe", sdbus::Variant(validUtf8(exit.probe)));
    }
    if (!exit.detail.empty()) {
        details.emplace("detail", sdbus::Variant(validUtf8(exit.detail)));
    }
    return details;
}

Dictionary lastExitDetails(const core::ProcessView& view) {
    if (!view.lastExit) {
        return {};
    }
    Dictionary details = exitDetails(view.lastExit->exit);
    if (view.lastExit->pid > 0) {
        details.emplace("pid", sdbus::Variant(static_cast<std::uint32_t>(view.lastExit->pid)));
    }
    details.emplace("time_usec", sdbus::Variant(core::usecOf(view.lastExit->at.wall)));
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
