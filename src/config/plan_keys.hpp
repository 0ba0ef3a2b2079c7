// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/key_table.hpp"
#include "core/plan.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace healer::config {

template <>
[[nodiscard]] KeyTable<core::Plan> keysOf();
template <>
[[nodiscard]] KeyTable<core::ProcessPlan> keysOf();
template <>
[[nodiscard]] KeyTable<core::StopPlan> keysOf();
template <>
[[nodiscard]] KeyTable<core::RecoveryPlan> keysOf();
template <>
[[nodiscard]] KeyTable<core::BackoffPlan> keysOf();
template <>
[[nodiscard]] KeyTable<core::DependencyPlan> keysOf();

/// `processes`: the only key of a file in conf.d.
[[nodiscard]] const KeySpec& processesKey();

/// Whether a process may have this name.
[[nodiscard]] bool isProcessName(std::string_view name);

/// A key as the documentation shows it.
struct DescribedKey {
    KeySpec spec;
    std::optional<std::string> byDefault; ///< as written in YAML
};

/// A mapping of the configuration: the heading of its section in healer.yaml(5), and its keys.
struct DescribedMapping {
    std::string heading;
    std::vector<DescribedKey> keys;
};

/// All mappings except those of monitors, which have tables in their kinds.
[[nodiscard]] std::vector<DescribedMapping> describeMappings();

} // namespace healer::config
