// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/errands.hpp"
#include "launch/launcher.hpp"
#include "launch/unit/start_decision.hpp"
#include "runtime/task.hpp"
#include "systemd/manager.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace healer::launch::unit {

/// One launch of one existing unit, from the first question to the end of its job. Destroying it ends it; a
/// job that PID 1 has goes on.
class UnitStart {
public:
    /// The answers, in order. Called once, from the loop; may destroy the launch.
    using Done = std::function<void(Events)>;

    /// `loop` and `manager` outlive it. `restart`: the job by which the predecessor was ended, and which
    /// starts the unit: see restartUnit().
    UnitStart(runtime::Loop& loop, systemd::Manager& manager, LaunchOrder order,
              std::optional<std::uint32_t> restart, Done done);

    void start() { flow_.start(); }
    [[nodiscard]] std::uint64_t attempt() const { return order_.attempt; }
    [[nodiscard]] const std::string& unit() const { return order_.unit; }
    /// Whether PID 1 has been asked for a job of this launch that has not ended.
    [[nodiscard]] bool jobUnderWay() const { return jobUnderWay_; }

private:
    /// What a step has led to: the answers, or none yet; then the unit is looked at again.
    using Outcome = std::optional<Events>;
    using Verb = systemd::JobRequest::Verb;

    runtime::Task<Events> run();
    runtime::Task<Outcome> look();
    runtime::Task<Outcome> awaitJob(std::uint32_t job, std::string invocation);
    runtime::Task<Outcome> followRestart(std::uint32_t job);
    runtime::Task<Outcome> start(Verb verb, systemd::UnitFacts before);
    runtime::Task<Outcome> jobEnded(std::string result, std::optional<systemd::UnitFacts> heard);
    runtime::Task<Outcome> failed(systemd::Failure failure);
    runtime::Task<Outcome> pause();
    [[nodiscard]] Events conclude(const std::string& result, const systemd::UnitFacts& facts,
                                  const std::string& trigger) const;
    [[nodiscard]] Events succeed(core::Instance running) const;
    [[nodiscard]] Events fail(std::string why, core::ErrorKind kind = core::ErrorKind::failed) const;

    runtime::Loop& loop_;
    systemd::Manager& manager_;
    LaunchOrder order_;
    std::optional<std::uint32_t> restart_;
    StartCircumstances circumstances_;
    std::string awaitedRun_;      ///< invocation of the unit when another client's job was awaited
    bool awaitedForeign_ = false; ///< that job has ended well
    bool cancelled_ = false;      ///< another client's job has taken the place of the start
    bool jobUnderWay_ = false;
    runtime::Flow flow_;
};

} // namespace healer::launch::unit
