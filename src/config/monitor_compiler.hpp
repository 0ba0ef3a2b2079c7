// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/field.hpp"
#include "config/key.hpp"
#include "core/plan.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace healer::config {

/// Reports what speaks against running this path as a program of the process.
using ProgramCheck = std::function<void(const Field& field, const std::string& path)>;

/// One monitor mapping, read by the schema of its `type`, defaults filled in. Optional settings without a
/// default that are not given are not in the result. Nothing where the type is not known; other trouble is
/// reported only.
[[nodiscard]] std::optional<core::MonitorPlan>
compileMonitor(const Field& field, std::span<const MonitorSchema> schemas, const ProgramCheck& checkProgram);

/// A monitor of this type with all its defaults; none where no schema has it.
[[nodiscard]] std::optional<core::MonitorPlan> defaultMonitor(std::string_view type,
                                                              std::span<const MonitorSchema> schemas);

} // namespace healer::config
