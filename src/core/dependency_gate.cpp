// SPDX-License-Identifier: Apache-2.0
#include "core/dependency_gate.hpp"

#include "core/duration_text.hpp"

#include <algorithm>

namespace healer::core {

namespace {

enum class Judgement { pass, passDegraded, wait, hold };

Judgement judge(const DependencyPlan& dependency, const TargetFacts& target, bool waitIsOver) {
    if (dependency.kind == DependencyKind::after) {
        return target.underWay && !waitIsOver ? Judgement::wait : Judgement::pass;
    }
    if (target.ready) {
        return Judgement::pass;
    }
    if (!waitIsOver) {
        return Judgement::wait;
    }
    if (!dependency.hard || dependency.onFailure == DependencyFailure::skip) {
        return Judgement::pass;
    }
    return dependency.onFailure == DependencyFailure::degrade ? Judgement::passDegraded : Judgement::hold;
}

} // namespace

GateVerdict judgeDependencies(std::span<const DependencyPlan> dependencies, const Targets& targets,
                              TimePoint since, TimePoint now) {
    GateVerdict verdict;
    std::string held;
    for (const auto& dependency : dependencies) {
        const TargetFacts target = targets(dependency.target);
        const TimePoint end = since + dependency.maxWait;
        const std::string what = dependency.target + " (" + target.reason + ")";
        switch (judge(dependency, target, now >= end)) {
        case Judgement::pass:
            break;
        case Judgement::passDegraded:
            verdict.degraded = true;
            break;
        case Judgement::wait:
            verdict.kind = verdict.kind == GateVerdict::Kind::hold ? verdict.kind : GateVerdict::Kind::wait;
            verdict.until = std::min(verdict.until.value_or(end), end);
            verdict.reason += (verdict.reason.empty() ? "waits for " : " and ") + what + ", " +
                              durationText(dependency.maxWait) + " at most";
            break;
        case Judgement::hold:
            verdict.kind = GateVerdict::Kind::hold;
            held += (held.empty() ? "" : " and ") + what;
            break;
        }
    }
    if (verdict.kind == GateVerdict::Kind::hold) {
        verdict.until.reset();
        verdict.reason = "is not started without " + held + "; it will be as soon as that is healthy";
    }
    return verdict;
}

bool lacksTarget(std::span<const DependencyPlan> dependencies, const Targets& targets) {
    return std::any_of(dependencies.begin(), dependencies.end(), [&](const DependencyPlan& dependency) {
        return dependency.kind == DependencyKind::requirement && dependency.hard &&
               dependency.onFailure == DependencyFailure::degrade && !targets(dependency.target).ready;
    });
}

} // namespace healer::core
