// SPDX-License-Identifier: Apache-2.0
#include "monitor/kinds.hpp"

#include "monitor/network/network_probe.hpp"
#include "monitor/network/settings.hpp"
#include "monitor/probe/probe_keys.hpp"
#include "monitor/probe/probe_monitor.hpp"
#include "monitor/probe/probe_throttle.hpp"
#include "runtime/http_client.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace healer::monitor::network {

namespace {

using config::KeySpec;
using config::KeyType;

class NetworkHost final : public Host {
public:
    explicit NetworkHost(const HostContext& context)
        : context_(context), throttle_(context.loop), http_(context.loop) {}

    [[nodiscard]] std::unique_ptr<Monitor> make(MonitorContext context) override {
        auto probe = std::make_unique<NetworkProbe>(context_.loop, http_, context.plan);
        return std::make_unique<probe::ProbeMonitor>(
            probe::ProbeContext{context_.loop, context_.log, throttle_}, std::move(context),
            std::move(probe));
    }

private:
    HostContext context_;
    probe::ProbeThrottle throttle_;
    runtime::HttpClient http_;
};

} // namespace

/// Connects to a service, or sends it a request, over the network or a local socket.
const Kind& kind() {
    static constexpr std::array<std::string_view, 2> kBadCertificate{"warn", "fail"};
    static constexpr std::array kKeys{
        KeySpec{.name = "target_url",
                .type = KeyType::text,
                .help =
                    "What is probed: http://, https://, tcp://HOST:PORT, unix:/PATH or http+unix://%2FPATH/.",
                .since = "0.1",
                .required = true,
                .check = checkTarget},
        probe::intervalKey("5"),
        probe::kTimeoutKey,
        probe::kFailureThresholdKey,
        probe::kSuccessThresholdKey,
        probe::kStartGraceKey,
        KeySpec{.name = "expected_status",
                .type = KeyType::plain,
                .help = "For HTTP: status codes that pass, such as 200, 200-399 or 200,204,300-399.",
                .since = "0.1",
                .byDefault = "200-399",
                .check = checkStatus},
        KeySpec{.name = "expected_body",
                .type = KeyType::text,
                .help = "For HTTP: a regular expression (RE2) that the first 64 KiB of the answer must match "
                        "somewhere.",
                .since = "0.1",
                .check = checkPattern},
        KeySpec{.name = "headers",
                .type = KeyType::textMap,
                .help = "For HTTP: additional headers of the request.",
                .since = "0.1",
                .check = checkHeaders},
        KeySpec{.name = "server_name",
                .type = KeyType::text,
                .help =
                    "For http and https: the name of the server, in place of the host in the URL, which is "
                    "only connected to.",
                .since = "0.1",
                .check = checkServerName},
        KeySpec{.name = "bad_certificate",
                .type = KeyType::word,
                .help =
                    "For https: what a certificate means that is expired, not trusted or of another name: "
                    "warn, the service answers, and a warning is shown; fail, the probe fails.",
                .since = "0.1",
                .byDefault = "warn",
                .words = kBadCertificate},
        KeySpec{.name = "ca_file",
                .type = KeyType::path,
                .help =
                    "For https: certificates (PEM) to verify the server by, instead of those of the system.",
                .since = "0.1"},
        KeySpec{.name = "insecure",
                .type = KeyType::boolean,
                .help = "For https: do not verify the server's certificate.",
                .since = "0.1",
                .byDefault = "false"},
    };
    static const Kind kKind{
        .schema = {.type = "network", .keys = kKeys, .confirmsStart = true, .role = core::MonitorRole::probe},
        .makeHost = [](const HostContext& context) -> std::unique_ptr<Host> {
            return std::make_unique<NetworkHost>(context);
        },
    };
    return kKind;
}

} // namespace healer::monitor::network
