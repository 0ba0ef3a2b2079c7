// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dependency_gate.hpp"
#include "core/plan.hpp"
#include "core/process.hpp"
#include "core/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace healer::core {

/// Which process depends on which, and what the dependents were last notified of.
class TargetTracker {
public:
    struct Change {
        const std::vector<std::string>* dependents = nullptr; ///< to be notified; null: nothing has changed
        /// Set when it is ready again as another instance: since when it was not.
        std::optional<TimePoint> restartedAfter;
    };

    /// Takes over the edges of the plan; what is known of targets stays.
    void link(const Plan& plan);
    /// How this process is now.
    [[nodiscard]] Change note(const std::string& name, const TargetFacts& facts,
                              const std::optional<Instance>& readyInstance, TimePoint now);

private:
    struct Target {
        std::vector<std::string> dependents;
        TargetFacts facts;                ///< as the dependents were notified last
        std::optional<Instance> instance; ///< the last one that was ready
        std::optional<TimePoint> lostAt;  ///< since when it is no longer ready
    };
    std::map<std::string, Target, std::less<>> targets_;
};

} // namespace healer::core
