// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "monitor/exec/run.hpp"
#include "monitor/exec/status_rules.hpp"
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
struct ExecContext {
    runtime::Loop& loop;
    runtime::LowDescriptors numbers;
    std::vector<runtime::Limit> limits;   ///< set for each program
    std::set<std::shared_ptr<Run>> dying; ///< killed, and not reaped yet
};

/// Runs a program as the user of the process; its exit status is judged by StatusRules.
class ExecProbe final : public probe::Probe {
public:
    /// `shared` and `context.process` outlive the probe.
    ExecProbe(ExecContext& shared, const MonitorContext& context);
    ~ExecProbe() override;

    void begin(Done done) override;
    void cancel() override;
    [[nodiscard]] std::string expire() override;
    [[nodiscard]] std::string text() const override { return text_; }

private:
    [[nodiscard]] runtime::SpawnSettings settings() const;
    void answerLater(const Done& done, probe::Finding finding);
    /// The run continues until it has been reaped, even when the probe is destroyed.
    void release();

    ExecContext& shared_;
    const core::ProcessPlan& process_;
    std::string path_;
    std::vector<std::string> args_;
    StatusRules rules_;
    std::string text_;
    std::shared_ptr<Run> run_;
    std::weak_ptr<Run> last_; ///< killed because its time was up
    runtime::Source failure_;
};

} // namespace healer::monitor::exec
