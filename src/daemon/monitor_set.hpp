// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/absence.hpp"
#include "core/event.hpp"
#include "monitor/monitor.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace healer::daemon {

/// Makes the monitor of one entry; the set calls it while it is being made.
using MakeMonitor =
    std::function<std::unique_ptr<monitor::Monitor>(const core::MonitorPlan& plan, monitor::Report report)>;

/// All monitors of one process as one: what any of them sees is passed on, except that nothing is there only
/// when all of them have answered since they were asked last, and none has seen an instance. A probe that
/// passes has seen none, where another monitor observes instances.
class MonitorSet {
public:
    MonitorSet(const core::ProcessPlan& process, const MakeMonitor& make, monitor::Report report);
    MonitorSet(const MonitorSet&) = delete;
    MonitorSet& operator=(const MonitorSet&) = delete;

    /// One more that sees nothing itself, but may know how things ended; to be added before start(). Why
    /// nothing is there is for the others to say.
    void addWitness(const std::function<std::unique_ptr<monitor::Monitor>(monitor::Report)>& make);

    void start(std::optional<core::Instance> known);
    void follow(std::optional<core::Instance> key);
    /// See core::action::Look.
    void look(bool probesToo = true);

private:
    void take(std::size_t index, core::Event event);
    void noteAnswer(std::size_t index);

    monitor::Report report_;
    core::Absence absence_;
    std::optional<std::size_t> witness_; ///< index
    core::event::Absent absent_;         ///< the last one that is not of the witness
    std::vector<bool> probes_;           ///< by monitor: it probes
    bool observesInstances_ = true;
    bool isUnit_;
    std::vector<std::unique_ptr<monitor::Monitor>> monitors_;
};

} // namespace healer::daemon
