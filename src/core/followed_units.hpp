// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <map>
#include <optional>
#include <string>

namespace healer::core {

/// Which processes with a `command` were found to be the main process of a unit that Healer has not made.
/// Such a process is planned as the process of that unit: its jobs are respected, and it is recovered through
/// it, so that there is never a second copy.
class FollowedUnits {
public:
    void follow(const std::string& process, const std::string& unit) { units_[process].unit = unit; }
    void forget(const std::string& process) { units_.erase(process); }
    /// The unit that this process follows; empty: none.
    [[nodiscard]] std::string of(const std::string& process) const;

    /// Plans every process that follows a unit as a process of that unit. Applying it to the result again
    /// changes nothing.
    void apply(Plan& plan);
    /// Another configuration: forgets what it has removed, disabled, given a unit, or describes as another
    /// program.
    void revise(const Plan& configured);
    /// The entry as it was configured; none for a process that follows no unit.
    [[nodiscard]] std::optional<Shared<ProcessPlan>> configured(const std::string& process) const;

private:
    struct Entry {
        std::string unit;
        std::optional<Shared<ProcessPlan>> configured;
    };

    std::map<std::string, Entry, std::less<>> units_;
};

} // namespace healer::core
