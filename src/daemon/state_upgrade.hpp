// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"

#include <nlohmann/json.hpp>

namespace healer::daemon {

/// Turns a state file of format 1 (the first edition of Healer) into one of format 2. Format 1 had no
/// wall-clock times: they are computed with `wallOffset`, which is CLOCK_REALTIME minus CLOCK_BOOTTIME now.
/// Throws json::exception or BadNumber for a damaged file.
void upgradeState(nlohmann::json& state, core::Duration wallOffset);

} // namespace healer::daemon
