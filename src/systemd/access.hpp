// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "runtime/log.hpp"
#include "runtime/loop.hpp"
#include "systemd/manager.hpp"

#include <memory>

namespace healer::systemd {

/// Whether systemd is PID 1 and this user can have it start system services; if not, why. Waits
/// for 2 s at most, the first time only, for a PID 1 that is executing itself again.
[[nodiscard]] core::Result<void> reachable();

/// PID 1 where it is reachable(). `loop` and `log` outlive it.
[[nodiscard]] core::Result<std::unique_ptr<Manager>> openManager(runtime::Loop& loop, runtime::Log& log);

} // namespace healer::systemd
