// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/event_queue.hpp"
#include "monitor/monitor.hpp"
#include "monitor/probe/patience.hpp"
#include "monitor/probe/probe.hpp"
#include "monitor/probe/probe_state.hpp"
#include "monitor/probe/probe_throttle.hpp"

#include <memory>
#include <optional>
#include <string>

namespace healer::monitor::probe {

/// What the monitors of one kind share.
struct ProbeContext {
    runtime::Loop& loop;
    runtime::Log& log;
    ProbeThrottle& throttle;
};

/// Probes a service by a Probe; ProbeState decides when, and what is reported.
class ProbeMonitor final : public Monitor, public ProbeThrottle::Client {
public:
    /// The members of `shared` outlive the monitor.
    ProbeMonitor(ProbeContext shared, MonitorContext context, std::unique_ptr<Probe> probe);
    ~ProbeMonitor() override;

    void start(std::optional<core::Instance> known) override;
    void follow(std::optional<core::Instance> key) override;
    void look() override;
    void hold(bool held) override;

    void due() override { shared_.throttle.enqueue(*this); }
    void turn() override;

private:
    void plan();
    void interrupt();
    void rest();
    /// A unit that does not run is not asked: that might start it.
    [[nodiscard]] bool isAtRest() const { return isUnit_ && !following_; }
    void timeUp();
    void finished(const Finding& finding);
    /// Healer was held up during a probe that has failed: true, and it is made again instead of judged.
    [[nodiscard]] bool repeats(const Finding& finding);
    void report(const Reports& reports, const Finding& finding);
    void noteUnknown(const Finding& finding);

    ProbeContext shared_;
    std::string name_;
    ProbeState state_;
    EventQueue events_;
    std::unique_ptr<Probe> probe_;
    core::Duration timeout_;
    std::optional<Patience> patience_; ///< while a probe is under way
    core::Duration stalledSeen_{0};    ///< that the grace has been extended by
    int repeats_ = 0;                  ///< in a row
    bool warned_ = false;              ///< the last pass that was reported had a warning
    bool isUnit_;
    bool following_ = false;
    bool held_ = false;
    bool silent_ = false; ///< that it says nothing was reported
    bool unknownReported_ = false;
};

/// The settings that are common to all probes, from the arguments of a plan.
[[nodiscard]] Thresholds thresholdsOf(const MonitorContext& context);

} // namespace healer::monitor::probe
