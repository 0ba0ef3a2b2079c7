// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "launch/launcher.hpp"
#include "launch/unit/start_decision.hpp"
#include "systemd/unit_client.hpp"
#include "systemd/unit_reader.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace healer::launch::unit {

/// One launch of one unit, from the first question to the end of its job. Destroying it ends it; a job that
/// PID 1 has goes on.
class UnitStart {
public:
    /// The answers, in order. Called once, from the loop; may destroy the launch.
    using Done = std::function<void(std::vector<core::Event>)>;

    /// `bus` and `client` outlive it. `stoppedByHealer`: the unit's last stop was Healer's own.
    UnitStart(systemd::Connection& bus, systemd::UnitClient& client, LaunchOrder order, bool stoppedByHealer,
              Done done);

    [[nodiscard]] std::uint64_t attempt() const { return order_.attempt; }
    [[nodiscard]] const std::string& unit() const { return order_.unit; }
    /// Whether PID 1 has been asked for a job of this launch that has not ended.
    [[nodiscard]] bool jobUnderWay() const { return asked_ && !ended_; }
    void jobRemoved(std::uint32_t job, const std::string& result);
    void connected();

private:
    using Failure = systemd::Failure;

    void look();
    void lookedAt(const systemd::UnitFacts& facts);
    void resetThenStart();
    void submit(bool restart);
    void submitted(const std::variant<std::uint32_t, Failure>& outcome);
    void readOutcome(const std::string& result);
    void conclude(const std::string& result, const systemd::UnitFacts& facts);
    void read(std::function<void(const systemd::UnitFacts&)> next);
    void onFailure(const Failure& failure);
    void succeed(core::Instance key);
    void fail(std::string why);
    void finish(std::vector<core::Event> events);

    systemd::Connection& bus_;
    systemd::UnitClient& client_;
    LaunchOrder order_;
    Done done_;
    StartCircumstances circumstances_;
    systemd::UnitReader reader_;
    systemd::UnitClient::Call call_;
    std::shared_ptr<void> submission_;
    std::uint32_t awaited_ = 0;   ///< the job whose end brings this forward
    std::string awaitedRun_;      ///< invocation of the unit when it was awaited
    bool awaitedForeign_ = false; ///< somebody else's job ended well since
    bool asked_ = false;          ///< a job of this launch was asked for
    bool ended_ = false;          ///< and has ended
};

} // namespace healer::launch::unit
