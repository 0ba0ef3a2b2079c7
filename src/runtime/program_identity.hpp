// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"
#include "core/plan.hpp"

#include <string>

namespace healer::runtime {

/// What an instance of this process looks like now: the command's file, its symbolic links and its "#!" line
/// are read afresh, as the file may have been upgraded. `unit` is empty when the process is not started as a
/// unit.
[[nodiscard]] core::Identity identityOf(const core::CommandPlan& command, std::string unit);

} // namespace healer::runtime
