// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/process.hpp"
#include "core/result.hpp"

namespace healer::launch {

/// Ends exactly this process: by the stop signal of the plan (followed by SIGCONT, so that a stopped process
/// can act on it), or by SIGKILL. Success also when it is gone.
[[nodiscard]] core::Result<void> signalStop(int pidfd, const core::StopPlan& plan, bool force);
[[nodiscard]] core::Result<void> signalStop(const core::Instance& instance, const core::StopPlan& plan,
                                            bool force);

} // namespace healer::launch
