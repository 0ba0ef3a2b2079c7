// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/key.hpp"

#include <string_view>

namespace healer::monitor::probe {

constexpr double kShortest = 0.1;
constexpr double kDay = 86'400;

[[nodiscard]] constexpr config::KeySpec intervalKey(std::string_view defaultSeconds) {
    return {.name = "interval_secs",
            .type = config::KeyType::seconds,
            .help = "Time between probes.",
            .since = "0.1",
            .byDefault = defaultSeconds,
            .range = {kShortest, kDay}};
}

constexpr config::KeySpec kTimeoutKey{.name = "timeout_secs",
                                      .type = config::KeyType::seconds,
                                      .help = "A probe that has not passed by then has failed.",
                                      .since = "0.1",
                                      .byDefault = "2",
                                      .range = {kShortest, 3600}};
constexpr config::KeySpec kFailureThresholdKey{.name = "failure_threshold",
                                               .type = config::KeyType::integer,
                                               .help =
                                                   "Number of consecutive failures that make it unhealthy.",
                                               .since = "0.1",
                                               .byDefault = "1",
                                               .range = {1, 1000}};
constexpr config::KeySpec kSuccessThresholdKey{
    .name = "success_threshold",
    .type = config::KeyType::integer,
    .help = "Number of consecutive successes that make it healthy again.",
    .since = "0.1",
    .byDefault = "1",
    .range = {1, 1000}};
constexpr config::KeySpec kStartGraceKey{
    .name = "start_grace_secs",
    .type = config::KeyType::seconds,
    .help = "Time after a start in which failures do not count, until the first success. Default: "
            "start_timeout_secs of the process.",
    .since = "0.1",
    .range = {.maximum = kDay}};

} // namespace healer::monitor::probe
