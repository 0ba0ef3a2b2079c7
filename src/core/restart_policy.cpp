// SPDX-License-Identifier: Apache-2.0
#include "core/restart_policy.hpp"

#include <algorithm>
#include <cmath>

namespace healer::core {

namespace {

/// splitmix64: neighbouring seeds give unrelated values in [-1, 1).
double spread(std::uint64_t seed) {
    seed += 0x9e3779b97f4a7c15U;
    seed = (seed ^ (seed >> 30U)) * 0xbf58476d1ce4e5b9U;
    seed = (seed ^ (seed >> 27U)) * 0x94d049bb133111ebU;
    seed ^= seed >> 31U;
    constexpr double kScale = 1.0 / 9007199254740992.0; // 2^-53
    return 2.0 * static_cast<double>(seed >> 11U) * kScale - 1.0;
}

} // namespace

Duration backoffDelay(const BackoffPlan& plan, unsigned attempt, std::uint64_t seed) {
    if (plan.initial <= Duration::zero()) {
        return Duration::zero();
    }
    const double base = static_cast<double>(plan.initial.count()) *
                        std::pow(plan.multiplier, static_cast<double>(std::max(attempt, 1U) - 1U));
    const double capped = std::min(base, static_cast<double>(plan.max.count()));
    const double moved = capped * (1.0 + spread(seed) * plan.jitterPercent / 100.0);
    return Duration(std::llround(std::max(moved, 0.0)));
}

bool restartsAfter(RestartOn restartOn, const Exit& exit) {
    const bool exited = exit.reason == ExitReason::exited;
    switch (restartOn) {
    case RestartOn::always:
        return true;
    case RestartOn::failure:
        return !(exited && exit.code == 0);
    case RestartOn::abnormal:
        return !exited;
    }
    return true;
}

} // namespace healer::core
