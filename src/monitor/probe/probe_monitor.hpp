// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/monitor.hpp"
#include "monitor/outbox.hpp"
#include "monitor/probe/pace.hpp"
#include "monitor/probe/probe.hpp"
#include "monitor/probe/probe_state.hpp"

#include <memory>
#include <string>

namespace healer::monitor::probe {

/// What the monitors of one kind share.
struct Surroundings {
    runtime::Loop& loop;
    runtime::Log& log;
    Pace& pace;
};

/// Asks a service by a Probe, at the times and with the consequences that ProbeState decides.
class ProbeMonitor final : public Monitor, public Pace::Client {
public:
    /// `surroundings` outlive the monitor.
    ProbeMonitor(Surroundings surroundings, MonitorContext context, std::unique_ptr<Probe> probe);
    ~ProbeMonitor() override;

    void start(std::optional<core::ProcessKey> known) override;
    void follow(std::optional<core::ProcessKey> key) override;
    void look() override;

    void due() override { surroundings_.pace.enqueue(*this); }
    void turn() override;

private:
    void plan();
    void finished(Finding finding);
    void noteUnknown(const Finding& finding);

    Surroundings surroundings_;
    std::string name_;
    ProbeState state_;
    Outbox outbox_;
    std::unique_ptr<Probe> probe_;
    bool underWay_ = false;
    bool unknownTold_ = false;
};

/// The settings that all probes share, from the arguments of a plan.
[[nodiscard]] Thresholds thresholdsOf(const MonitorContext& context);

} // namespace healer::monitor::probe
