// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/backend.hpp"
#include "bus/property_table.hpp"
#include "bus/text.hpp"
#include "core/last_exit.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace healer::bus {

/// What the properties of one process are made from. Refers to the backend's values.
struct ProcessFacts {
    const std::string& name;
    const core::ProcessView& view;
    const core::ProcessPlan& plan;
    std::string unit;
};

/// Default values where the backend does not know the process (any longer).
[[nodiscard]] ProcessFacts factsOf(const Backend& backend, const std::string& name);

using Dictionary = std::map<std::string, sdbus::Variant>;
using KnownFields = std::vector<std::pair<std::string, core::FieldValue>>;
using DependencyRow = sdbus::Struct<std::string, std::string, bool, std::string>;

[[nodiscard]] std::vector<std::string> commandLine(const core::ProcessPlan& plan);
[[nodiscard]] std::vector<std::string> monitorTypes(const core::ProcessPlan& plan);
[[nodiscard]] std::vector<DependencyRow> dependencyList(const core::ProcessPlan& plan);
/// Where each comes from, by target: "configuration", or a setting of the unit file.
[[nodiscard]] std::map<std::string, std::string> dependencyOrigins(const core::ProcessPlan& plan);
/// The keys of LastExit that are known.
[[nodiscard]] KnownFields knownFields(const core::LastExit& last);

[[nodiscard]] Dictionary toDictionary(const KnownFields& fields);
[[nodiscard]] Dictionary toDictionary(const HistoryEntry& entry);

/// CLOCK_REALTIME, 0 for none.
[[nodiscard]] inline std::uint64_t usecOf(const std::optional<core::Moment>& moment) {
    return moment ? core::usecOf(moment->wall) : 0;
}

/// The properties of org.healer.Process.
inline constexpr std::tuple kProcessProperties{
    property<"Name">([](const ProcessFacts& process) { return validUtf8(process.name); }),
    property<"State">([](const ProcessFacts& process) { return std::string(toString(process.view.state)); }),
    property<"BreakerState">(
        [](const ProcessFacts& process) { return std::string(toString(process.view.breaker)); }),
    property<"BreakerRetryUSec">(
        [](const ProcessFacts& process) { return usecOf(process.view.breakerRetryAt); }),
    property<"PID">([](const ProcessFacts& process) {
        return static_cast<std::uint32_t>(core::pidOf(process.view.instance));
    }),
    property<"Unit">([](const ProcessFacts& process) { return validUtf8(process.unit); }),
    property<"Command">([](const ProcessFacts& process) { return commandLine(process.plan); }),
    property<"Monitors">([](const ProcessFacts& process) { return monitorTypes(process.plan); }),
    property<"RestartCount">([](const ProcessFacts& process) { return process.view.restartCount; }),
    property<"ActiveSinceUSec">([](const ProcessFacts& process) { return usecOf(process.view.activeSince); }),
    property<"StateReason">([](const ProcessFacts& process) { return validUtf8(process.view.stateReason); }),
    property<"Degraded">([](const ProcessFacts& process) { return process.view.degraded; }),
    property<"Dependencies">([](const ProcessFacts& process) { return dependencyList(process.plan); }),
    property<"DependencyOrigins">(
        [](const ProcessFacts& process) { return dependencyOrigins(process.plan); }),
    property<"LastExit">([](const ProcessFacts& process) {
        return process.view.lastExit ? knownFields(*process.view.lastExit) : KnownFields();
    }),
};

using ProcessFingerprint = Fingerprint<std::remove_const_t<decltype(kProcessProperties)>>;

} // namespace healer::bus
