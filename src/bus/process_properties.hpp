// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/backend.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace healer::bus {

/// What org.healer.Process shows. Instants stay on the core's clock, so that the conversion's rounding is
/// never taken for a change.
struct ProcessSnapshot {
    core::ProcessView view;
    std::string unit;
    std::vector<std::string> command;
    std::vector<std::string> monitors;
    std::vector<core::DependencyPlan> dependencies;
};

/// The present picture; default values where the backend knows no such process (any more).
[[nodiscard]] ProcessSnapshot takeSnapshot(const Backend& backend, const std::string& name);

/// A hash of each property in turn: what is kept of a picture to tell later which of them differ.
constexpr std::size_t kComparedProperties = 13;
using Fingerprint = std::array<std::size_t, kComparedProperties>;
[[nodiscard]] Fingerprint fingerprintOf(const ProcessSnapshot& snapshot);

/// The names of the org.healer.Process properties that differ.
[[nodiscard]] std::vector<const char*> changedProperties(const Fingerprint& before, const Fingerprint& after);

/// Whether a process in this state is not up and ought to be.
[[nodiscard]] bool countsAsDown(core::State state);

[[nodiscard]] std::vector<std::string> commandLine(const core::ProcessPlan& plan);
[[nodiscard]] std::vector<std::string> monitorTypes(const core::ProcessPlan& plan);
[[nodiscard]] std::vector<sdbus::Struct<std::string, std::string, bool, std::string>>
dependencyList(const core::ProcessPlan& plan);
/// Where each comes from, by target: "configuration", or a setting of the unit file.
[[nodiscard]] std::map<std::string, std::string> dependencyOrigins(const core::ProcessPlan& plan);

using Dictionary = std::map<std::string, sdbus::Variant>;

/// The keys that an Exit alone gives: reason, code, signal, probe, detail, each where known.
[[nodiscard]] Dictionary exitDetails(const core::Exit& exit);
/// All keys of LastExit that are known; empty without an end.
[[nodiscard]] Dictionary lastExitDetails(const core::ProcessView& view);
[[nodiscard]] Dictionary toDictionary(const HistoryEntry& entry);

} // namespace healer::bus
