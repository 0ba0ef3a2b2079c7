// SPDX-License-Identifier: Apache-2.0
#include "core/phase.hpp"

#include <array>

namespace healer::core {

namespace {

using enum PhaseKind;

constexpr std::array<std::string_view, 10> kNames{"disabled", "looking",  "up",        "waiting",  "open",
                                                  "checking", "deferred", "launching", "stopping", "resting"};
static_assert(std::variant_size_v<Phase> == kNames.size());

// clang-format off
constexpr PhaseMove kMoves[] = {
    {looking,   up,        "a monitor reports an instance, or a probe passes"},
    {looking,   launching, "there is no instance"},
    {looking,   deferred,  "there is none, and a dependency is not ready"},
    {looking,   waiting,   "the restored instance is gone: backoff; or something runs that may be it"},
    {looking,   open,      "the restored instance is gone, and the breaker is open"},
    {looking,   stopping,  "an earlier Healer was ending it"},
    {looking,   resting,   "there is none, and none is wanted"},

    {up,        up,        "a monitor reports another instance"},
    {up,        launching, "it ended"},
    {up,        waiting,   "it ended: backoff"},
    {up,        open,      "it ended, and the breaker is open"},
    {up,        deferred,  "it ended, and a dependency is not ready"},
    {up,        checking,  "it ended as one does that forks or hands over"},
    {up,        stopping,  "a stop or restart is requested, or the start that replaces it is due"},
    {up,        resting,   "it ended, and is not to be started"},

    {waiting,   checking,  "the backoff is over, or a start is requested"},
    {waiting,   up,        "it was started elsewhere, or answers its probes again"},
    {waiting,   waiting,   "its settings were changed"},
    {waiting,   open,      "its settings were changed"},
    {waiting,   launching, "its settings were changed"},
    {waiting,   deferred,  "its settings were changed"},
    {waiting,   stopping,  "a stop is requested while the unhealthy instance still runs, or it is replaced"},
    {waiting,   resting,   "a stop or pause is requested"},

    {open,      checking,  "the cooldown is over, or a start is requested"},
    {open,      up,        "it was started elsewhere, or answers its probes again"},
    {open,      launching, "the breaker is reset"},
    {open,      waiting,   "the breaker is reset: backoff"},
    {open,      deferred,  "the breaker is reset, and a dependency is not ready"},
    {open,      stopping,  "a stop is requested while the unhealthy instance still runs, or it is replaced"},
    {open,      resting,   "a stop or pause is requested"},

    {checking,  up,        "it was started elsewhere"},
    {checking,  launching, "there is no instance"},
    {checking,  deferred,  "there is none, and a dependency is not ready"},
    {checking,  waiting,   "something runs that may be it, or it had ended: backoff"},
    {checking,  open,      "it had ended, and the breaker is open"},
    {checking,  stopping,  "only the unhealthy instance runs: it is replaced"},
    {checking,  resting,   "a stop or pause is requested"},

    {deferred,  checking,  "its dependencies are ready, or the wait is over"},
    {deferred,  deferred,  "another dependency is not ready"},
    {deferred,  launching, "its dependencies are ready, and the wait was short"},
    {deferred,  waiting,   "its settings were changed: backoff"},
    {deferred,  open,      "its settings were changed, and the breaker is open"},
    {deferred,  up,        "it was started elsewhere, or answers its probes again"},
    {deferred,  stopping,  "a stop is requested while the unhealthy instance still runs, or it is replaced"},
    {deferred,  resting,   "a stop or pause is requested"},

    {launching, up,        "it was started, and the monitors that do so confirm it"},
    {launching, waiting,   "the start failed: a pause"},
    {launching, open,      "the start failed, and the breaker is open"},
    {launching, stopping,  "it was started, but is not up in time, or a stop is requested"},
    {launching, resting,   "the start failed and is not to be repeated, or a stop is requested"},

    {stopping,  launching, "it ended: the start that it was stopped for"},
    {stopping,  checking,  "it ended: a start is requested"},
    {stopping,  deferred,  "it ended, and a dependency is not ready"},
    {stopping,  waiting,   "the start had failed: backoff"},
    {stopping,  open,      "the start had failed, and the breaker is open"},
    {stopping,  resting,   "it ended as requested"},

    {resting,   up,        "it was started elsewhere, or answers its probes again"},
    {resting,   checking,  "a start is requested"},
    {resting,   launching, "resumed, or its settings were changed"},
    {resting,   waiting,   "resumed, or its settings were changed: backoff"},
    {resting,   open,      "resumed, or its settings were changed, and the breaker is open"},
    {resting,   deferred,  "resumed, or its settings were changed, and a dependency is not ready"},
    {resting,   stopping,  "a withdrawn start succeeded after all, or the unhealthy instance is stopped"},
    {resting,   resting,   "another reason to rest"},
};
// clang-format on

} // namespace

std::string_view toString(PhaseKind kind) {
    return kNames.at(static_cast<std::size_t>(kind));
}

std::optional<TimePoint> deadlineOf(const Phase& phase) {
    return std::visit(
        [](const auto& in) -> std::optional<TimePoint> {
            if constexpr (requires { in.deadline; }) {
                return in.deadline;
            } else {
                return std::nullopt;
            }
        },
        phase);
}

std::span<const PhaseMove> legalMoves() {
    return kMoves;
}

} // namespace healer::core
