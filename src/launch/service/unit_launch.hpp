// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "launch/launcher.hpp"
#include "launch/predecessor_wait.hpp"
#include "launch/service/failure_text.hpp"
#include "launch/service/launch_decision.hpp"
#include "launch/service/transient_settings.hpp"
#include "systemd/unit_client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace healer::launch::service {

/// What a unit's launch needs of its surroundings; all outlive it.
struct UnitLaunchContext {
    runtime::Loop& loop;
    runtime::Log& log;
    systemd::UnitClient& client;
    systemd::JobTracker& ledger;
    systemd::ForkSupport& forkSupport; ///< learnt once for all units
};

/// What is known of a unit since its last launch by this Healer.
struct KnownUnit {
    core::Instance main;
    std::string description; ///< empty: not known
};

/// One launch of one unit, from the wait for the predecessor to the PID: waits, makes sure that no deliberate
/// stop led there, starts it, follows the job. PID 1 announces a stop job before it acts on it, so when a
/// process has ended, what is unread from PID 1 then tells all there is to know. That read, a unit that was
/// launched before is restarted without a question; otherwise PID 1 is asked once how the unit is. Where PID
/// 1 is not ready yet (the old unit is still loaded, the connection broke) it tries again for as long as it
/// lives; it never sends without a pause what was just refused. Destroying it ends it.
class UnitLaunch {
public:
    /// The answers, in order. Called once, from the loop; may destroy the launch.
    using Done = std::function<void(std::vector<core::Event>)>;

    UnitLaunch(UnitLaunchContext context, LaunchOrder order, const std::optional<KnownUnit>& known,
               Done done);

    [[nodiscard]] std::uint64_t attempt() const { return order_.attempt; }
    /// Whether PID 1 has been asked to start the program.
    [[nodiscard]] bool underWay() const { return starting_; }
    /// Nobody waits for it any more: a start that is under way is answered if it succeeds, no other is made.
    void withdraw() { withdrawn_ = true; }
    /// The description of the unit, when it was made or restarted here; else empty.
    [[nodiscard]] std::string madeAs() const;
    void jobRemoved(std::uint32_t job);
    void connected();

private:
    using Failure = systemd::Failure;

    void predecessorGone(const core::Result<void>& outcome);
    void decide();
    void query();
    void take(LaunchStep step);
    void startNew();
    void restart();
    void reset();
    void stop();
    void inspectMain();
    void submitted(const std::variant<std::uint32_t, Failure>& outcome);
    void refused(const Failure& failure);
    void await(std::uint32_t job);
    void jobEnded(const std::string& result);
    void readMain();
    void readEnd();
    void endRead(std::int64_t pid);
    void readFailure(const std::string& jobResult);
    void later(const std::string& why);
    void onFailure(const Failure& failure);

    void readNumber(const char* property, std::function<void(std::int64_t)> next);

    void succeed(core::Instance key);
    void fail(core::Error error);
    void finish(std::vector<core::Event> events);

    UnitLaunchContext context_;
    LaunchOrder order_;
    systemd::TransientUnit settings_;
    Done done_;
    LaunchCircumstances circumstances_;
    bool knowsUnit_ = false; ///< the loaded unit is certainly made of these settings
    std::optional<PredecessorWait> wait_;
    systemd::UnitClient::Call call_;
    std::shared_ptr<void> fence_;
    std::shared_ptr<void> submission_;
    runtime::Source next_;
    core::Duration pause_;
    std::uint32_t awaited_ = 0; ///< job whose end brings this forward
    bool sameSettings_ = false;
    bool starting_ = false;   ///< the awaited job is our start
    bool restarting_ = false; ///< by RestartUnit
    bool withdrawn_ = false;
    bool lost_ = false; ///< waits for the connection
    bool toldPause_ = false;
    StartFailure failure_;
};

} // namespace healer::launch::service
