// SPDX-License-Identifier: Apache-2.0
#include "monitor/network/kind.hpp"

#include "monitor/network/checks.hpp"
#include "monitor/network/network_probe.hpp"
#include "monitor/probe/pace.hpp"
#include "monitor/probe/probe_args.hpp"
#include "monitor/probe/probe_monitor.hpp"
#include "runtime/http_client.hpp"

#include <array>
#include <utility>

namespace healer::monitor::network {

namespace {

using config::ArgSpec;
using config::ArgType;

class NetworkHost final : public Host {
public:
    explicit NetworkHost(const HostContext& context)
        : context_(context), pace_(context.loop), http_(context.loop) {}

    [[nodiscard]] std::unique_ptr<Monitor> make(MonitorContext context) override {
        auto probe = std::make_unique<NetworkProbe>(context_.loop, http_, context.plan);
        return std::make_unique<probe::ProbeMonitor>(probe::Surroundings{context_.loop, context_.log, pace_},
                                                     std::move(context), std::move(probe));
    }

private:
    HostContext context_;
    probe::Pace pace_;
    runtime::HttpClient http_;
};

} // namespace

const Kind& kind() {
    static constexpr std::array kArgs{
        ArgSpec{.name = "target_url",
                .type = ArgType::text,
                .help =
                    "What is asked: http://, https://, tcp://HOST:PORT, unix:/PATH or http+unix://%2FPATH/.",
                .required = true,
                .check = checkTarget},
        probe::intervalArg(5),
        probe::kTimeoutArg,
        probe::kFailureThresholdArg,
        probe::kSuccessThresholdArg,
        probe::kStartGraceArg,
        ArgSpec{.name = "expected_status",
                .type = ArgType::plain,
                .help = "For HTTP: status codes that pass, such as 200, 200-399 or 200,204,300-399.",
                .defaultText = "200-399",
                .check = checkStatus},
        ArgSpec{.name = "expected_body",
                .type = ArgType::text,
                .help = "For HTTP: a regular expression (RE2) that the first 64 KiB of the answer must match "
                        "somewhere.",
                .check = checkPattern},
        ArgSpec{.name = "headers",
                .type = ArgType::textMap,
                .help = "For HTTP: further headers of the request.",
                .check = checkHeaders},
        ArgSpec{.name = "ca_file",
                .type = ArgType::absolutePath,
                .help = "For https: certificates (PEM) to verify the server by, in place of the system's."},
        ArgSpec{.name = "insecure",
                .type = ArgType::boolean,
                .help = "For https: do not verify the server's certificate.",
                .defaultText = "false"},
    };
    static const Kind kKind{
        .schema = {.type = "network", .args = kArgs, .confirmsStart = true, .role = core::MonitorRole::probe},
        .makeHost = [](const HostContext& context) -> std::unique_ptr<Host> {
            return std::make_unique<NetworkHost>(context);
        },
    };
    return kKind;
}

} // namespace healer::monitor::network
