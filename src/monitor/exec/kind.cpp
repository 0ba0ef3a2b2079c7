// SPDX-License-Identifier: Apache-2.0
#include "monitor/kinds.hpp"

#include "monitor/exec/exec_probe.hpp"
#include "monitor/probe/probe_keys.hpp"
#include "monitor/probe/probe_monitor.hpp"
#include "monitor/probe/probe_throttle.hpp"

#include <array>
#include <csignal>
#include <string_view>
#include <utility>

namespace healer::monitor::exec {

namespace {

using config::KeySpec;
using config::KeyType;

/// Two for each start; a few starts may happen in one iteration of the loop.
constexpr int kLowDescriptors = 16;

class ExecHost final : public Host {
public:
    explicit ExecHost(const HostContext& context)
        : context_(context), throttle_(context.loop), shared_{context.loop,
                                                              runtime::LowDescriptors(kLowDescriptors),
                                                              context.limits,
                                                              {}} {
        // With SIGCHLD ignored, which may be inherited, the kernel would discard the exit statuses.
        std::signal(SIGCHLD, SIG_DFL);
    }

    [[nodiscard]] std::unique_ptr<Monitor> make(MonitorContext context) override {
        auto probe = std::make_unique<ExecProbe>(shared_, context);
        return std::make_unique<probe::ProbeMonitor>(
            probe::ProbeContext{context_.loop, context_.log, throttle_}, std::move(context),
            std::move(probe));
    }

private:
    HostContext context_;
    probe::ProbeThrottle throttle_;
    ExecContext shared_;
};

} // namespace

/// Runs a program and judges its exit status.
const Kind& kind() {
    static constexpr std::array<std::string_view, 2> kConventions{"plain", "nagios"};
    static constexpr std::array kKeys{
        KeySpec{.name = "command",
                .type = KeyType::program,
                .help = "The program that is run, as the user of the process and without a shell.",
                .since = "0.1",
                .required = true},
        KeySpec{.name = "args",
                .type = KeyType::textList,
                .help = "The arguments of the program.",
                .since = "0.1"},
        KeySpec{.name = "convention",
                .type = KeyType::word,
                .help = "What exit statuses mean: plain, 0 passes, 126 and 127 say nothing, all others fail; "
                        "nagios, 0 passes, 1 warns, 2 fails, all others say nothing.",
                .since = "0.1",
                .words = kConventions},
        KeySpec{.name = "fail_status",
                .type = KeyType::plain,
                .help = "Exit statuses that fail, such as 2 or 1,3-5; no other fails then.",
                .since = "0.1",
                .check = checkStatuses},
        KeySpec{.name = "warn_status",
                .type = KeyType::plain,
                .help = "Exit statuses that pass with a warning.",
                .since = "0.1",
                .check = checkStatuses},
        KeySpec{.name = "silent_status",
                .type = KeyType::plain,
                .help = "Exit statuses that say nothing about the service.",
                .since = "0.1",
                .check = checkStatuses},
        probe::intervalKey("10"),
        probe::kTimeoutKey,
        probe::kFailureThresholdKey,
        probe::kSuccessThresholdKey,
        probe::kStartGraceKey,
    };
    static const Kind kKind{
        .schema = {.type = "exec",
                   .keys = kKeys,
                   .confirmsStart = true,
                   .role = core::MonitorRole::probe,
                   .advice = adviceOn},
        .makeHost = [](const HostContext& context) -> std::unique_ptr<Host> {
            return std::make_unique<ExecHost>(context);
        },
    };
    return kKind;
}

} // namespace healer::monitor::exec
