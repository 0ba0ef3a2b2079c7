// SPDX-License-Identifier: Apache-2.0
#include "core/restart_policy.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

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

std::optional<int> statusOf(std::string_view text) {
    constexpr int kLargest = 255;
    int status = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && status >= 0 && status <= kLargest ? std::optional(status) : std::nullopt;
}

std::optional<int> signalOf(std::string_view text) {
    const bool number = text.find_first_not_of("0123456789") == std::string_view::npos;
    return number ? std::nullopt : signalFromName(text);
}

/// An end by the OOM killer or a probe is no end by that signal.
bool isListed(const std::vector<std::string>& patterns, const Exit& exit) {
    const bool byExit = exit.reason == ExitReason::exited;
    const bool bySignal = exit.reason == ExitReason::signaled || exit.reason == ExitReason::coreDumped;
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        const auto status = statusOf(pattern);
        return status ? byExit && exit.code == status : bySignal && exit.signal == signalOf(pattern);
    });
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

Duration pauseAfterFailedStarts(unsigned failed) {
    constexpr Duration kFirst = std::chrono::milliseconds(500);
    constexpr Duration kLongest = std::chrono::seconds(30);
    constexpr int kFactor = 4;
    Duration pause = failed == 0 ? Duration::zero() : kFirst;
    for (unsigned n = 1; n < failed && pause < kLongest; ++n) {
        pause = std::min(pause * kFactor, kLongest);
    }
    return pause;
}

bool isEndPattern(std::string_view text) {
    return statusOf(text) || signalOf(text);
}

std::optional<std::string> whyNotRestarted(const RecoveryPlan& plan, const Exit& exit) {
    if (isListed(plan.noRestartExitStatus, exit)) {
        return ", which no_restart_exit_status lists";
    }
    const bool listed = isListed(plan.successExitStatus, exit);
    const bool exited = exit.reason == ExitReason::exited;
    const bool clean = listed || (exited && exit.code == 0);
    const bool restarts = plan.restartOn == RestartOn::always ||
                          (plan.restartOn == RestartOn::failure ? !clean : !(clean || exited));
    if (restarts) {
        return std::nullopt;
    }
    return listed ? ", a success (success_exit_status), which restart_on does not answer"
                  : ", which restart_on does not answer";
}

} // namespace healer::core
