// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/errands.hpp"
#include "launch/launcher.hpp"
#include "runtime/loop.hpp"
#include "runtime/task.hpp"
#include "systemd/manager.hpp"

#include <cstdint>
#include <functional>

namespace healer::launch::unit {

/// Ends the instance of a unit by RestartUnit: PID 1 restarts what depends on the unit with it, and goes on
/// with it even if Healer ends meanwhile. Reports the end of the instance as Down; the launch that follows
/// waits for the job, whose number `began` is given. Where systemd is at work on the unit already, nothing is
/// done: an operator's job comes first.
[[nodiscard]] runtime::Task<Events> restartUnit(runtime::Loop& loop, systemd::Manager& manager,
                                                StopOrder order, std::function<void(std::uint32_t)> began);

} // namespace healer::launch::unit
