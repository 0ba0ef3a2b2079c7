// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"
#include "core/plan.hpp"
#include "runtime/reading.hpp"

#include <string>

namespace healer::runtime {

/// What identifies an instance of this process. The command's file, its symbolic links and its "#!" line are
/// read at each call, as the file may have been upgraded. `unit` is empty when the process is not started as
/// a unit. Unknown when the file cannot be read for now; never none.
[[nodiscard]] Reading<core::Identity> identityOf(const core::CommandPlan& command, std::string unit);

} // namespace healer::runtime
