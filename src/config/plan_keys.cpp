// SPDX-License-Identifier: Apache-2.0
#include "config/plan_keys.hpp"

#include <array>

namespace healer::config {

template <>
inline constexpr auto kWords<core::RestartOn> = std::to_array<Word<core::RestartOn>>({
    {"always", core::RestartOn::always},
    {"failure", core::RestartOn::failure},
    {"abnormal", core::RestartOn::abnormal},
});

template <>
inline constexpr auto kWords<core::DependencyKind> = std::to_array<Word<core::DependencyKind>>({
    {"requires", core::DependencyKind::requirement},
    {"after", core::DependencyKind::after},
});

template <>
inline constexpr auto kWords<core::DependencyFailure> = std::to_array<Word<core::DependencyFailure>>({
    {"abort", core::DependencyFailure::abort},
    {"skip", core::DependencyFailure::skip},
    {"degrade", core::DependencyFailure::degrade},
});

template <>
inline constexpr auto kWords<core::Propagate> = std::to_array<Word<core::Propagate>>({
    {"none", core::Propagate::none},
    {"restart", core::Propagate::restart},
});

namespace {

constexpr Range kWindow{0.001, kYear};
constexpr Range kCooldown{0, kYear};
constexpr Range kMultiplier{1, 100};

constexpr std::array<std::string_view, 1> kRecoveryTypes = {"regular"};

constexpr Key<core::StopPlan> kStopKeys[] = {
    {.spec = {.name = "signal",
              .type = KeyType::signal,
              .help = "The signal that asks it to end.",
              .since = "0.1"},
     .fills = member<&core::StopPlan::signal>()},
    {.spec = {.name = "timeout_secs",
              .type = KeyType::seconds,
              .help = "After this time comes SIGKILL.",
              .since = "0.1",
              .range = kTimeout},
     .fills = member<&core::StopPlan::timeout>()},
};
static_assert(sound(kStopKeys));

constexpr Key<core::BackoffPlan> kBackoffKeys[] = {
    {.spec = {.name = "initial_ms",
              .type = KeyType::milliseconds,
              .help = "In milliseconds; 0 starts at once.",
              .since = "0.1",
              .range = {0, kDay * 1000}},
     .fills = member<&core::BackoffPlan::initial>()},
    {.spec = {.name = "multiplier",
              .type = KeyType::number,
              .help = "Growth from start to start.",
              .since = "0.1",
              .range = kMultiplier},
     .fills = member<&core::BackoffPlan::multiplier>()},
    {.spec = {.name = "max_secs",
              .type = KeyType::seconds,
              .help = "The longest wait.",
              .since = "0.1",
              .range = kWait,
              .atLeast = "initial_ms"},
     .fills = member<&core::BackoffPlan::max>()},
    {.spec = {.name = "jitter_percent",
              .type = KeyType::integer,
              .help =
                  "Each wait is varied by up to this much, so that not everything starts in the same moment.",
              .since = "0.1",
              .range = {0, 100}},
     .fills = member<&core::BackoffPlan::jitterPercent>()},
};
static_assert(sound(kBackoffKeys));

} // namespace

template <>
KeyTable<core::StopPlan> keysOf() {
    return kStopKeys;
}

template <>
KeyTable<core::BackoffPlan> keysOf() {
    return kBackoffKeys;
}

namespace {

constexpr Key<core::RecoveryPlan> kRecoveryKeys[] = {
    {.spec = {.name = "type",
              .type = KeyType::word,
              .help = "The only type.",
              .since = "0.1",
              .byDefault = "regular",
              .words = kRecoveryTypes},
     .fills = checkedOnly<core::RecoveryPlan>()},
    {.spec = {.name = "retries",
              .type = KeyType::integer,
              .help = "So many restarts are made within the window.",
              .since = "0.1",
              .range = {1, 10'000}},
     .fills = member<&core::RecoveryPlan::retries>()},
    {.spec = {.name = "retry_window_secs",
              .type = KeyType::seconds,
              .help = "The span over which restarts are counted.",
              .since = "0.1",
              .range = kWindow},
     .fills = member<&core::RecoveryPlan::retryWindow>()},
    {.spec = {.name = "cooldown_secs",
              .type = KeyType::seconds,
              .help = "How long an open breaker waits before its trial start.",
              .since = "0.1",
              .range = kCooldown},
     .fills = member<&core::RecoveryPlan::cooldown>()},
    {.spec = {.name = "cooldown_multiplier",
              .type = KeyType::number,
              .help = "Each failed trial makes the cooldown this many times longer.",
              .since = "0.1",
              .range = kMultiplier},
     .fills = member<&core::RecoveryPlan::cooldownMultiplier>()},
    {.spec = {.name = "cooldown_max_secs",
              .type = KeyType::seconds,
              .help = "But not longer than this.",
              .since = "0.1",
              .range = kCooldown,
              .atLeast = "cooldown_secs"},
     .fills = member<&core::RecoveryPlan::cooldownMax>()},
    {.spec = {.name = "stable_secs",
              .type = KeyType::seconds,
              .help = "Up so long after a trial start, the process is trusted again.",
              .since = "0.1",
              .range = kWait},
     .fills = member<&core::RecoveryPlan::stable>()},
    {.spec = {.name = "restart_on",
              .type = KeyType::word,
              .help = "After which ends it is started again: always; failure, not after exit status 0; "
                      "abnormal, only "
                      "after a signal, a core dump, a shortage of memory or a failed probe.",
              .since = "0.1"},
     .fills = member<&core::RecoveryPlan::restartOn>()},
    {.spec = {.name = "backoff",
              .type = KeyType::mapping,
              .help = "The wait before each start, see Backoff.",
              .since = "0.1"},
     .fills = member<&core::RecoveryPlan::backoff>()},
};
static_assert(sound(kRecoveryKeys));

constexpr Key<core::DependencyPlan> kDependencyKeys[] = {
    {.spec = {.name = "target",
              .type = KeyType::text,
              .help = "The other process.",
              .since = "0.1",
              .required = true,
              .check =
                  [](const core::ArgValue& target) {
                      return std::get<std::string>(target).empty()
                                 ? std::optional<std::string>("must be the name of a process")
                                 : std::nullopt;
                  }},
     .fills = member<&core::DependencyPlan::target>()},
    {.spec = {.name = "kind",
              .type = KeyType::word,
              .help = "requires waits until the target is up and healthy.",
              .since = "0.1"},
     .fills = member<&core::DependencyPlan::kind>()},
    {.spec = {.name = "hard",
              .type = KeyType::boolean,
              .help = "Whether on_failure decides at the end of the wait; otherwise the process is started "
                      "then in any "
                      "case.",
              .since = "0.1"},
     .fills = member<&core::DependencyPlan::hard>()},
    {.spec = {.name = "max_wait_secs",
              .type = KeyType::seconds,
              .help = "The longest wait.",
              .since = "0.1",
              .range = kWait},
     .fills = member<&core::DependencyPlan::maxWait>()},
    {.spec =
         {.name = "on_failure",
          .type = KeyType::word,
          .help =
              "When a hard target is not healthy by then: abort does not start the process now, but as soon "
              "as "
              "the target is healthy; skip starts it without; degrade does too, and the process is marked "
              "degraded until the target is healthy.",
          .since = "0.1"},
     .fills = member<&core::DependencyPlan::onFailure>()},
    {.spec =
         {.name = "propagate",
          .type = KeyType::word,
          .help =
              "restart: when the target was restarted and is healthy again, this process is restarted too.",
          .since = "0.1"},
     .fills = member<&core::DependencyPlan::propagate>()},
};
static_assert(sound(kDependencyKeys));

} // namespace

template <>
KeyTable<core::RecoveryPlan> keysOf() {
    return kRecoveryKeys;
}

template <>
KeyTable<core::DependencyPlan> keysOf() {
    return kDependencyKeys;
}

} // namespace healer::config
