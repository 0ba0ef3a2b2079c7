// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/args.hpp"

namespace healer::monitor::probe {

constexpr double kShortest = 0.1;
constexpr double kDay = 86'400;

[[nodiscard]] constexpr config::ArgSpec intervalArg(double defaultSeconds) {
    return {.name = "interval_secs",
            .type = config::ArgType::seconds,
            .help = "Time between probes.",
            .defaultNumber = defaultSeconds,
            .minimum = kShortest,
            .maximum = kDay};
}

constexpr config::ArgSpec kTimeoutArg{.name = "timeout_secs",
                                      .type = config::ArgType::seconds,
                                      .help = "A probe that has not passed by then has failed.",
                                      .defaultNumber = 2,
                                      .minimum = kShortest,
                                      .maximum = 3600};
constexpr config::ArgSpec kFailureThresholdArg{.name = "failure_threshold",
                                               .type = config::ArgType::integer,
                                               .help = "So many failures in a row make it unhealthy.",
                                               .defaultNumber = 1,
                                               .minimum = 1,
                                               .maximum = 1000};
constexpr config::ArgSpec kSuccessThresholdArg{.name = "success_threshold",
                                               .type = config::ArgType::integer,
                                               .help = "So many successes in a row make it healthy again.",
                                               .defaultNumber = 1,
                                               .minimum = 1,
                                               .maximum = 1000};
constexpr config::ArgSpec kStartGraceArg{
    .name = "start_grace_secs",
    .type = config::ArgType::seconds,
    .help = "Failures do not count so long after a start, or until the first success. Default: "
            "start_timeout_secs of the process.",
    .maximum = kDay};

} // namespace healer::monitor::probe
