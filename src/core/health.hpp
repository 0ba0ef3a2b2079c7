// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/notice.hpp"
#include "core/plan.hpp"
#include "core/probe_trust.hpp"
#include "core/process.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace healer::core {

/// Which probes of the instance pass, what is to be said about them, and which instance is down by its probes
/// although it is alive. A probe is named by its index in the plan's monitors.
class Health {
public:
    void passed(std::size_t monitor);
    void failed(std::size_t monitor);
    /// It can say nothing about the service at the moment.
    void saidNothing(std::size_t monitor);
    /// Whether every probe of the plan passes; true where it has none.
    [[nodiscard]] bool allPass(const ProcessPlan& plan) const;
    /// Whether a start has to wait for a probe: for one that does not pass, unless it was set aside.
    [[nodiscard]] bool holdsStart(const ProcessPlan& plan) const;
    /// The probes that do not pass, as far as they say something.
    [[nodiscard]] std::vector<std::size_t> failing(const ProcessPlan& plan) const;

    [[nodiscard]] ProbeTrust& trust() { return trust_; }
    [[nodiscard]] const ProbeTrust& trust() const { return trust_; }

    /// What an administrator should know of this probe while the process runs; empty: nothing. True when
    /// that is news.
    bool remark(std::size_t monitor, const std::string& text);
    /// All of that, as the end of a sentence.
    [[nodiscard]] std::string remarks() const;
    void forgetRemarks() { remarks_.clear(); }

    /// The monitors follow this instance from now on, or none. Another instance begins with probes that have
    /// yet to pass; true then. What is known by its probes alone has no identity that could change.
    bool track(const std::optional<Instance>& instance);
    /// The monitors are made again, and follow nothing.
    void forgetTracked() { tracked_.reset(); }

    /// Down by its probes, but alive: to be ended before a successor is started.
    [[nodiscard]] const std::optional<Instance>& unhealthyInstance() const { return unhealthyInstance_; }
    void setUnhealthy(const Instance& instance) { unhealthyInstance_ = instance; }
    void clearUnhealthy() { unhealthyInstance_.reset(); }

private:
    [[nodiscard]] bool passes(std::size_t monitor) const;

    std::vector<std::size_t> passing_;
    std::vector<std::size_t> silent_; ///< said nothing when they were asked last
    std::map<std::size_t, std::string> remarks_;
    ProbeTrust trust_;
    std::optional<Instance> tracked_;
    std::optional<Instance> unhealthyInstance_;
};

[[nodiscard]] bool hasProbes(const ProcessPlan& plan);

/// Whether a monitor observes which process the instance is, so that its word counts for whether one runs.
[[nodiscard]] bool observesInstances(const ProcessPlan& plan);

/// Whether a monitor itself finds out that a start succeeded.
[[nodiscard]] bool confirmsStart(const ProcessPlan& plan);

/// Whether one that does so also knows which process the instance is.
[[nodiscard]] bool monitorNamesInstance(const ProcessPlan& plan);

/// The connections of probes that are lost when an instance ends like this: the one that failed, or all.
[[nodiscard]] std::vector<notice::Disconnected> lostConnections(const ProcessPlan& plan, const Exit& exit);

} // namespace healer::core
