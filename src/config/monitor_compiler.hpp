// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/args.hpp"
#include "config/field.hpp"
#include "core/plan.hpp"

#include <optional>
#include <span>

namespace healer::config {

/// One monitor mapping, read by the schema of its `type`, defaults filled in. Optional settings without a
/// default that are not given are not in the result. Nothing where the type is not known; other trouble is
/// reported only.
[[nodiscard]] std::optional<core::MonitorPlan> compileMonitor(const Field& field,
                                                              std::span<const MonitorSchema> schemas);

} // namespace healer::config
