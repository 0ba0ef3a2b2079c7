// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "systemd/unit_facts.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace healer::launch::unit {

struct StartCircumstances {
    std::optional<core::Instance> instance = {};    ///< of the unit, when it is active
    std::optional<core::Instance> predecessor = {}; ///< what is to be succeeded
    bool afterFailure = false;                      ///< without a request
    bool awaitedStop = false; ///< another client's job, awaited here, ended well and left it down
};

enum class StartStep {
    refuse,           ///< it cannot be started at all: see systemd::loadFailure()
    awaitJob,         ///< a job is under way: see how it ends
    adopt,            ///< it runs already
    restart,          ///< it is active, but what runs is to be replaced
    start,            ///< ResetFailedUnit, StartUnit
    stoppedOnPurpose, ///< stopped by an operator: not to be started
};

[[nodiscard]] StartStep nextStep(const systemd::UnitFacts& facts, const StartCircumstances& circumstances);

/// Why a start job that ended with this result did not bring the unit up, as a sentence.
[[nodiscard]] std::string failureText(const std::string& unit, const std::string& jobResult,
                                      const systemd::UnitFacts& facts);

} // namespace healer::launch::unit
