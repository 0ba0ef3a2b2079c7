// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/action.hpp"
#include "core/result.hpp"

namespace healer::launch {

/// Ends exactly this process: by the stop signal of the order (followed by SIGCONT, so that a stopped process
/// can act on it), or by SIGKILL where it is forced. Success also when it is gone.
[[nodiscard]] core::Result<void> signalStop(const core::action::Stop& order);
/// The same through a pidfd of the process.
[[nodiscard]] core::Result<void> signalStop(int pidfd, const core::action::Stop& order);

} // namespace healer::launch
