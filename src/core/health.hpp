// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/notice.hpp"
#include "core/plan.hpp"
#include "core/process.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace healer::core {

/// Which probes of the instance pass, and which instance is down by its probes although it is alive.
class Health {
public:
    void passed(std::size_t monitor);
    void failed(std::size_t monitor) { std::erase(passing_, monitor); }
    /// Whether every probe of the plan passes; true where it has none.
    [[nodiscard]] bool allPass(const ProcessPlan& plan) const;

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
    std::vector<std::size_t> passing_; ///< by index in the plan's monitors
    std::optional<Instance> tracked_;
    std::optional<Instance> unhealthyInstance_;
};

[[nodiscard]] bool hasProbes(const ProcessPlan& plan);

/// Whether a monitor itself finds out that a start succeeded.
[[nodiscard]] bool confirmsStart(const ProcessPlan& plan);

/// Whether one that does so also knows which process the instance is.
[[nodiscard]] bool monitorNamesInstance(const ProcessPlan& plan);

/// The connections of probes that are lost when an instance ends like this: the one that failed, or all.
[[nodiscard]] std::vector<notice::Disconnected> lostConnections(const ProcessPlan& plan, const Exit& exit);

} // namespace healer::core
