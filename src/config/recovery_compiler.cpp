// SPDX-License-Identifier: Apache-2.0
#include "config/recovery_compiler.hpp"

#include "config/bounds.hpp"
#include "config/nearest.hpp"
#include "config/section.hpp"
#include "core/process.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>

namespace healer::config {
namespace {

constexpr Word<core::RestartOn> kRestartOn[] = {
    {"always", core::RestartOn::always},
    {"failure", core::RestartOn::failure},
    {"abnormal", core::RestartOn::abnormal},
};

constexpr Word<bool> kRecoveryTypes[] = {{"regular", true}};

constexpr std::array<std::string_view, 8> kUsualSignals = {"SIGTERM", "SIGINT",  "SIGQUIT", "SIGHUP",
                                                           "SIGUSR1", "SIGUSR2", "SIGKILL", "SIGWINCH"};

bool onlySuspends(int signal) {
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

std::optional<int> compileSignal(const Field& field) {
    const std::optional<std::string> name = field.text();
    if (!name) {
        return std::nullopt;
    }
    const bool number = !name->empty() && name->find_first_not_of("0123456789") == std::string::npos;
    const std::optional<int> signal = number ? std::nullopt : core::signalFromName(*name);
    if (!signal) {
        field.error("unknown signal " + quote(*name), nearest(*name, kUsualSignals));
        return std::nullopt;
    }
    if (onlySuspends(*signal)) {
        field.error(*name + " suspends a process instead of ending it");
        return std::nullopt;
    }
    return signal;
}

/// Reads a limit that must not be below `least`. Where it is not given, its default gives way instead.
void compileLimit(const std::optional<Field>& field, Range range, std::string_view leastName,
                  core::Duration least, core::Duration& limit) {
    if (!field) {
        limit = std::max(limit, least);
        return;
    }
    const auto value = field->seconds(range);
    limit = value.value_or(limit);
    if (value && *value < least) {
        field->error("must not be smaller than " + std::string(leastName));
    }
}

core::BackoffPlan compileBackoff(const Field& field) {
    core::BackoffPlan plan;
    auto section = Section::open(field);
    if (!section) {
        return plan;
    }
    if (const auto initial = section->take("initial_ms")) {
        plan.initial =
            std::chrono::milliseconds(initial->integer({0, kDay * 1000}).value_or(plan.initial.count()));
    }
    if (const auto multiplier = section->take("multiplier")) {
        plan.multiplier = multiplier->number(kMultiplier).value_or(plan.multiplier);
    }
    compileLimit(section->take("max_secs"), kWaiting, "initial_ms", plan.initial, plan.max);
    if (const auto jitter = section->take("jitter_percent")) {
        plan.jitterPercent = static_cast<unsigned>(jitter->integer({0, 100}).value_or(plan.jitterPercent));
    }
    section->rejectUnknownKeys();
    return plan;
}

void compileBreaker(Section& section, core::RecoveryPlan& plan) {
    if (const auto retries = section.take("retries")) {
        plan.retries = static_cast<unsigned>(retries->integer({1, 10'000}).value_or(plan.retries));
    }
    if (const auto window = section.take("retry_window_secs")) {
        plan.retryWindow = window->seconds(kWindow).value_or(plan.retryWindow);
    }
    if (const auto cooldown = section.take("cooldown_secs")) {
        plan.cooldown = cooldown->seconds(kCooldown).value_or(plan.cooldown);
    }
    if (const auto multiplier = section.take("cooldown_multiplier")) {
        plan.cooldownMultiplier = multiplier->number(kMultiplier).value_or(plan.cooldownMultiplier);
    }
    compileLimit(section.take("cooldown_max_secs"), kCooldown, "cooldown_secs", plan.cooldown,
                 plan.cooldownMax);
    if (const auto stable = section.take("stable_secs")) {
        plan.stable = stable->seconds(kWaiting).value_or(plan.stable);
    }
}

} // namespace

core::RecoveryPlan compileRecovery(const Field& field) {
    core::RecoveryPlan plan;
    auto section = Section::open(field);
    if (!section) {
        return plan;
    }
    if (const auto type = section->take("type")) {
        static_cast<void>(type->word(kRecoveryTypes));
    }
    compileBreaker(*section, plan);
    if (const auto restartOn = section->take("restart_on")) {
        plan.restartOn = restartOn->word(kRestartOn).value_or(plan.restartOn);
    }
    if (const auto backoff = section->take("backoff")) {
        plan.backoff = compileBackoff(*backoff);
    }
    section->rejectUnknownKeys();
    return plan;
}

core::StopPlan compileStop(const Field& field) {
    core::StopPlan plan;
    auto section = Section::open(field);
    if (!section) {
        return plan;
    }
    if (const auto signal = section->take("signal")) {
        plan.signal = compileSignal(*signal).value_or(plan.signal);
    }
    if (const auto timeout = section->take("timeout_secs")) {
        plan.timeout = timeout->seconds(kTimeout).value_or(plan.timeout);
    }
    section->rejectUnknownKeys();
    return plan;
}

} // namespace healer::config
