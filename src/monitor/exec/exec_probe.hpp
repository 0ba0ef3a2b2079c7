// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "monitor/exec/run.hpp"
#include "monitor/monitor.hpp"
#include "monitor/probe/probe.hpp"
#include "runtime/spawn/child_program.hpp"
#include "runtime/spawn/low_descriptors.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace healer::monitor::exec {

/// What all exec probes share.
struct Workshop {
    runtime::Loop& loop;
    runtime::LowDescriptors numbers;
    std::vector<runtime::Limit> limits;   ///< what a program is to be given
    std::set<std::shared_ptr<Run>> dying; ///< killed, and not reaped yet
};

/// Asks by running a program as the process's user: exit status 0 passes.
class ExecProbe final : public probe::Probe {
public:
    /// `workshop` and `context.process` outlive the probe.
    ExecProbe(Workshop& workshop, const MonitorContext& context);
    ~ExecProbe() override;

    void begin(Done done) override;
    void cancel() override;
    [[nodiscard]] std::string text() const override { return text_; }

private:
    [[nodiscard]] runtime::SpawnSettings settings() const;
    void answerLater(const Done& done, probe::Finding finding);
    /// The run goes on until it has been reaped, whatever becomes of the probe.
    void letGo();

    Workshop& workshop_;
    const core::ProcessPlan& process_;
    std::string path_;
    std::vector<std::string> args_;
    core::Duration timeout_;
    std::string text_;
    std::shared_ptr<Run> run_;
    std::weak_ptr<Run> last_; ///< killed because its time was up
    runtime::Source failure_;
};

} // namespace healer::monitor::exec
