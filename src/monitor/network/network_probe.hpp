// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "monitor/network/settings.hpp"
#include "monitor/network/target.hpp"
#include "monitor/network/unix_connect.hpp"
#include "monitor/probe/probe.hpp"
#include "runtime/http_client.hpp"

#include <optional>
#include <string>

namespace healer::monitor::network {

/// Probes one URL.
class NetworkProbe final : public probe::Probe {
public:
    /// The plan's settings have been checked. `loop` and `http` outlive the probe.
    NetworkProbe(runtime::Loop& loop, runtime::HttpClient& http, const core::MonitorPlan& plan);

    void begin(Done done) override;
    void cancel() override;
    [[nodiscard]] std::string expire() override;
    [[nodiscard]] std::string text() const override { return shown_; }

private:
    [[nodiscard]] probe::Finding judge(const runtime::HttpAnswer& answer) const;

    runtime::Loop& loop_;
    runtime::HttpClient& http_;
    std::string shown_; ///< the URL for people
    Target target_;
    probe::NumberRanges status_;
    std::optional<BodyPattern> pattern_;
    std::string certificates_;  ///< path; empty: those of the system
    bool trustMatters_ = false; ///< a certificate that is not trusted is a failure
    runtime::HttpRequest request_;
    runtime::HttpClient::Handle transfer_;
    std::optional<UnixConnect> connect_;
    runtime::Source failure_;
};

} // namespace healer::monitor::network
