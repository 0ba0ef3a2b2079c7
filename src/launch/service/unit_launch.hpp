// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/errands.hpp"
#include "launch/launcher.hpp"
#include "launch/service/launch_decision.hpp"
#include "launch/service/transient_settings.hpp"
#include "runtime/task.hpp"
#include "systemd/environment_store.hpp"
#include "systemd/manager.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace healer::launch::service {

/// What a unit's launch needs of its environment; all outlive it.
struct UnitLaunchContext {
    runtime::Loop& loop;
    runtime::Log& log;
    systemd::Manager& manager;
    systemd::ForkSupport& forkSupport; ///< learnt once for all units
    systemd::EnvironmentStore& environments;
};

/// What is known of a unit since its last launch by this Healer.
struct KnownUnit {
    core::Instance main;
    std::string description; ///< empty: not known
};

/// One launch of one transient unit, from the wait for the predecessor to the PID: waits, makes sure that no
/// deliberate stop led there, starts it, follows the job. PID 1 announces a stop job before it acts on it, so
/// once the process has ended, what is unread from PID 1 holds all there is to know. That read, a unit that
/// was launched before is restarted without a question; otherwise PID 1 is asked once how the unit is. Where
/// PID 1 is not ready yet (the old unit is still loaded, the connection broke) it tries again for as long as
/// it lives; it never repeats without a pause what was just refused. Destroying it cancels it.
class UnitLaunch {
public:
    /// The answers, in order. Called once, from the loop; may destroy the launch.
    using Done = std::function<void(Events)>;

    UnitLaunch(UnitLaunchContext context, LaunchOrder order, const std::optional<KnownUnit>& known,
               Done done);

    void start() { flow_.start(); }
    [[nodiscard]] std::uint64_t attempt() const { return order_.attempt; }
    /// Whether PID 1 has been asked to start the program.
    [[nodiscard]] bool underWay() const { return starting_; }
    /// The caller no longer waits for it: a start that is under way is answered if it succeeds, no other is
    /// made.
    void withdraw() { withdrawn_ = true; }
    /// The description of the unit, when it was made or restarted here; else empty.
    [[nodiscard]] std::string madeAs() const;

private:
    /// What a step has led to: the answers, or none yet; then the unit is looked at again.
    using Outcome = std::optional<Events>;
    using Verb = systemd::JobRequest::Verb;

    runtime::Task<Events> run();
    runtime::Task<Outcome> askWhatWasMissed();
    runtime::Task<> endLeftovers();
    runtime::Task<Outcome> look();
    runtime::Task<Outcome> take(LaunchStep step, std::uint32_t job);
    runtime::Task<Outcome> forget();
    runtime::Task<Outcome> inspectMain();
    runtime::Task<Outcome> start(Verb verb);
    runtime::Task<Outcome> refused(Verb verb, systemd::Failure failure);
    runtime::Task<Outcome> readMain();
    runtime::Task<Outcome> readEnd();
    runtime::Task<Outcome> readFailure(std::string jobResult);
    runtime::Task<Outcome> failed(systemd::Failure failure);
    runtime::Task<Outcome> pause(std::string why);

    [[nodiscard]] bool foreignJob() { return context_.manager.jobs().foreign(settings_.unit); }
    [[nodiscard]] bool needsOlderForkSupport(const systemd::Failure& failure) const;
    [[nodiscard]] systemd::JobRequest request(Verb verb) const;
    [[nodiscard]] Events succeed(core::Instance instance);
    [[nodiscard]] Events fail(core::Error error) const;
    [[nodiscard]] Events stoppedOnPurpose();

    UnitLaunchContext context_;
    LaunchOrder order_;
    core::Result<std::string> secrets_; ///< the file with its environment; empty where there is nothing in it
    systemd::TransientUnit settings_;
    core::Result<void> output_; ///< whether its output can go where it is to go
    LaunchCircumstances circumstances_;
    bool knowsUnit_ = false; ///< the loaded unit is certainly made of these settings
    bool sameSettings_ = false;
    bool starting_ = false; ///< PID 1 has been asked for our start
    bool withdrawn_ = false;
    bool pauseLogged_ = false;
    bool forgotten_ = false;   ///< PID 1 was had to forget the unit
    unsigned stillLoaded_ = 0; ///< how often a new unit was refused because of the old one
    core::Duration pause_;
    core::TimePoint began_; ///< what was started since then is the successor
    runtime::Flow flow_;
};

} // namespace healer::launch::service
