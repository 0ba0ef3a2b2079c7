// SPDX-License-Identifier: Apache-2.0
#include "config/plan_keys.hpp"

#include "config/diagnostic.hpp"
#include "core/restart_policy.hpp"

#include <array>

namespace healer::config {

template <>
inline constexpr auto kWords<core::RestartOn> = std::to_array<Word<core::RestartOn>>({
    {"always", core::RestartOn::always},
    {"failure", core::RestartOn::failure},
    {"abnormal", core::RestartOn::abnormal},
});

template <>
inline constexpr auto kWords<core::KillMode> = std::to_array<Word<core::KillMode>>({
    {"group", core::KillMode::group},
    {"mixed", core::KillMode::mixed},
    {"process", core::KillMode::process},
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
              .help = "The signal that is sent to the process.",
              .since = "0.1"},
     .fills = member<&core::StopPlan::signal>()},
    {.spec = {.name = "timeout_secs",
              .type = KeyType::seconds,
              .help = "The time in which the process must end; then it is sent SIGKILL.",
              .since = "0.1",
              .range = kTimeout},
     .fills = member<&core::StopPlan::timeout>()},
    {.spec = {.name = "mode",
              .type = KeyType::word,
              .help = "What is stopped besides the main process: with group all processes that belong to it "
                      "are sent the signal; with mixed the others are killed when it has ended; with process "
                      "they are left alone.",
              .since = "0.1"},
     .fills = member<&core::StopPlan::mode>()},
};
static_assert(sound(kStopKeys));

constexpr Key<core::BackoffPlan> kBackoffKeys[] = {
    {.spec = {.name = "initial_ms",
              .type = KeyType::milliseconds,
              .help = "The first wait, in milliseconds; 0 starts the process at once.",
              .since = "0.1",
              .range = {0, kDay * 1000}},
     .fills = member<&core::BackoffPlan::initial>()},
    {.spec = {.name = "multiplier",
              .type = KeyType::number,
              .help = "The factor by which the wait grows from start to start.",
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
              .help = "The random variation of each wait, in percent, so that processes do not all start at "
                      "the same moment.",
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

std::optional<std::string> checkStatuses(const core::ArgValue& value) {
    for (const auto& entry : std::get<std::vector<std::string>>(value)) {
        if (!core::isEndPattern(entry)) {
            return "must hold exit statuses (0 to 255) and names of signals such as SIGTERM, not " +
                   quote(entry);
        }
    }
    return std::nullopt;
}

constexpr Key<core::RecoveryPlan> kRecoveryKeys[] = {
    {.spec = {.name = "type",
              .type = KeyType::word,
              .help = "The type of recovery; there is only one.",
              .since = "0.1",
              .byDefault = "regular",
              .words = kRecoveryTypes},
     .fills = checkedOnly<core::RecoveryPlan>()},
    {.spec = {.name = "retries",
              .type = KeyType::integer,
              .help = "The number of restarts within the window before the breaker opens.",
              .since = "0.1",
              .range = {1, 10'000}},
     .fills = member<&core::RecoveryPlan::retries>()},
    {.spec = {.name = "retry_window_secs",
              .type = KeyType::seconds,
              .help = "The period over which restarts are counted.",
              .since = "0.1",
              .range = kWindow},
     .fills = member<&core::RecoveryPlan::retryWindow>()},
    {.spec = {.name = "cooldown_secs",
              .type = KeyType::seconds,
              .help = "The time that an open breaker waits before its trial start.",
              .since = "0.1",
              .range = kCooldown},
     .fills = member<&core::RecoveryPlan::cooldown>()},
    {.spec = {.name = "cooldown_multiplier",
              .type = KeyType::number,
              .help = "The factor by which each failed trial extends the cooldown.",
              .since = "0.1",
              .range = kMultiplier},
     .fills = member<&core::RecoveryPlan::cooldownMultiplier>()},
    {.spec = {.name = "cooldown_max_secs",
              .type = KeyType::seconds,
              .help = "The longest cooldown.",
              .since = "0.1",
              .range = kCooldown,
              .atLeast = "cooldown_secs"},
     .fills = member<&core::RecoveryPlan::cooldownMax>()},
    {.spec = {.name = "stable_secs",
              .type = KeyType::seconds,
              .help = "The time that the process must stay up after a trial start for the breaker to close.",
              .since = "0.1",
              .range = kWait},
     .fills = member<&core::RecoveryPlan::stable>()},
    {.spec = {.name = "restart_on",
              .type = KeyType::word,
              .help =
                  "The kinds of end after which the process is started again: always; failure, all but exit "
                  "status 0; abnormal, only a signal, a core dump, the OOM killer or a failed probe.",
              .since = "0.1"},
     .fills = member<&core::RecoveryPlan::restartOn>()},
    {.spec = {.name = "success_exit_status",
              .type = KeyType::textList,
              .help =
                  "The exit statuses and signals that are no failure, like exit status 0: restart_on treats "
                  "them so.",
              .since = "0.1",
              .check = checkStatuses},
     .fills = member<&core::RecoveryPlan::successExitStatus>()},
    {.spec = {.name = "no_restart_exit_status",
              .type = KeyType::textList,
              .help = "The exit statuses and signals after which the process is not started again, whatever "
                      "restart_on says.",
              .since = "0.1",
              .check = checkStatuses},
     .fills = member<&core::RecoveryPlan::noRestartExitStatus>()},
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
              .help = "The name of the other process.",
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
              .help = "What the start waits for: requires until the target is up and healthy; after only "
                      "while the target is being recovered.",
              .since = "0.1"},
     .fills = member<&core::DependencyPlan::kind>()},
    {.spec = {.name = "hard",
              .type = KeyType::boolean,
              .help = "Whether on_failure applies at the end of the wait; if not, the process is started in "
                      "any case.",
              .since = "0.1"},
     .fills = member<&core::DependencyPlan::hard>()},
    {.spec = {.name = "max_wait_secs",
              .type = KeyType::seconds,
              .help = "The longest wait.",
              .since = "0.1",
              .range = kWait},
     .fills = member<&core::DependencyPlan::maxWait>()},
    {.spec = {.name = "on_failure",
              .type = KeyType::word,
              .help = "What happens if a hard target is not healthy at the end of the wait: abort starts the "
                      "process only when the target is healthy; skip starts it without the target; degrade "
                      "does the same and marks it as degraded until the target is healthy.",
              .since = "0.1"},
     .fills = member<&core::DependencyPlan::onFailure>()},
    {.spec =
         {.name = "propagate",
          .type = KeyType::word,
          .help =
              "With restart, the process is restarted when the target was restarted and is healthy again.",
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
