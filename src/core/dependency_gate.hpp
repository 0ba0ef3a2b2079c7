// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/time.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>

namespace healer::core {

/// What a dependent asks about its target.
struct TargetFacts {
    bool ready = false;    ///< up, and every probe passes
    bool underWay = false; ///< not up, and Healer is about to change that
    std::string reason;    ///< the target's state, a few words

    bool operator==(const TargetFacts&) const = default;
};
using Targets = std::function<TargetFacts(const std::string& name)>;

/// Whether a process may be started now, as far as its dependencies go.
struct GateVerdict {
    enum class Kind { open, wait, hold };

    Kind kind = Kind::open;
    /// wait: when to look again at the latest. hold: never by the clock, only when a target changes.
    std::optional<TimePoint> until;
    std::string reason;    ///< a sentence, unless open
    bool degraded = false; ///< open, but without a target that `on_failure: degrade` can do without

    /// When to judge again at the latest: what is held until its target changes is judged now and then too.
    [[nodiscard]] TimePoint deadline(TimePoint now) const {
        return until.value_or(now + std::chrono::seconds(60));
    }
};

/// Judges all dependencies of one process that has been waiting for them since `since`.
[[nodiscard]] GateVerdict judgeDependencies(std::span<const DependencyPlan> dependencies,
                                            const Targets& targets, TimePoint since, TimePoint now);

/// Whether the process has to be called degraded: a target of an `on_failure: degrade` is not ready.
[[nodiscard]] bool lacksTarget(std::span<const DependencyPlan> dependencies, const Targets& targets);

} // namespace healer::core
