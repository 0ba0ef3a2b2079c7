// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/process.hpp"
#include "monitor/probe/number_ranges.hpp"
#include "monitor/probe/probe_state.hpp"

#include <optional>
#include <string>

namespace healer::monitor::exec {

/// What the exit statuses of a probe's program mean.
class StatusRules {
public:
    /// The settings have been checked.
    [[nodiscard]] static StatusRules of(const core::MonitorPlan& plan);

    /// `output`: what the program has written, on one line.
    [[nodiscard]] probe::Finding judge(const core::Exit& exit, const std::string& output) const;

private:
    enum class Meaning { passes, warns, fails, saysNothing };

    [[nodiscard]] Meaning meaningOf(int status) const;

    bool nagios_ = false;
    std::optional<probe::NumberRanges> fails_;
    std::optional<probe::NumberRanges> warns_;
    std::optional<probe::NumberRanges> saysNothing_;
};

/// What is wrong with a list of exit statuses; nothing when it is valid.
[[nodiscard]] std::optional<std::string> checkStatuses(const core::ArgValue& value);

/// What an administrator should know about these settings, although they are valid.
[[nodiscard]] std::optional<std::string> adviceOn(const core::MonitorPlan& plan);

} // namespace healer::monitor::exec
