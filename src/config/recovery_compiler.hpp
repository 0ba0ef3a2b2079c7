// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/field.hpp"
#include "core/plan.hpp"

namespace healer::config {

/// The `recovery` mapping; what is wrong is reported and keeps its default.
[[nodiscard]] core::RecoveryPlan compileRecovery(const Field& field);

/// The `stop` mapping, likewise.
[[nodiscard]] core::StopPlan compileStop(const Field& field);

} // namespace healer::config
