// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "launch/service/transient_settings.hpp"
#include "systemd/unit_facts.hpp"

#include <string>

namespace healer::launch::service {

/// What PID 1 reports about a unit whose start job did not succeed.
struct StartFailure {
    std::string jobResult; ///< "failed", "timeout", "canceled", "dependency", ...
    systemd::UnitFacts facts;
};

/// A sentence: what was not started, and what failed. Impeded where something of it may be there in a moment:
/// the program (`programMissing`), its directory, its user, or what the machine lacks.
[[nodiscard]] core::Error describe(const StartFailure& failure, const systemd::TransientUnit& settings,
                                   bool programMissing = false);

} // namespace healer::launch::service
