// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <string>
#include <vector>

namespace healer::config {

/// What a reload changes. All names are sorted.
struct PlanDiff {
    std::vector<std::string> added;
    std::vector<std::string> changed; ///< the entry differs, or a top-level value that it inherits
    std::vector<std::string> removed;
    bool settingsChanged = false; ///< a top-level value differs

    [[nodiscard]] bool empty() const {
        return added.empty() && changed.empty() && removed.empty() && !settingsChanged;
    }
    bool operator==(const PlanDiff&) const = default;
};

/// Both plans must be sorted by name, which compiled plans are.
[[nodiscard]] PlanDiff diff(const core::Plan& from, const core::Plan& to);

} // namespace healer::config
