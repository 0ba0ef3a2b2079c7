// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/action_sink.hpp"
#include "core/breaker.hpp"
#include "core/dependency_gate.hpp"
#include "core/health.hpp"
#include "core/operator_requests.hpp"
#include "core/phase.hpp"
#include "core/plan.hpp"
#include "core/saved_state.hpp"
#include "core/unit_side.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace healer::core {

/// Whether Healer acts, or decides and reports only (`observe_only`).
enum class Mode { act, observe };

/// What happened to one process, as far as later decisions and its view need it.
struct Record {
    /// The instance that ran before Healer was restarted, until the monitors have answered.
    struct Restored {
        Instance instance;
        std::optional<Exit> end; ///< how it ended meanwhile, where that is known
        bool stopping = false;   ///< the earlier Healer was ending it
        bool reported = false;   ///< its end was reported
    };

    Boxed<Restored> restored;
    Boxed<SavedState::Left> restoredLeft; ///< as long as nothing newer is known
    bool endedByHealer = false; ///< an earlier Healer was ending it, to start it again: for the next start
    /// An end that does not count yet: the process may have handed over to another one.
    struct Ending {
        Instance instance;
        Exit exit;
        Moment at;
    };
    /// A launch that was withdrawn because of a stop request and has not been answered: what it was about to
    /// start may still come up.
    struct Withdrawn {
        std::uint64_t attempt = 0;
        TimePoint until;
    };
    std::optional<Withdrawn> withdrawn;
    Boxed<Ending> ending;                   ///< only while checking
    Boxed<Exit> endedWith;                  ///< the end that restart_on judges
    std::optional<Instance> predecessor;    ///< the instance that ended last
    std::optional<TimePoint> downSince;     ///< or since when a start is requested
    std::optional<TimePoint> deferredSince; ///< since when dependencies are waited for, in this incident
    std::optional<Moment> activeSince;      ///< since when it is known to be up
    std::optional<Moment> startedAt;        ///< when an adopted process began, which may be long before that
    std::optional<TimePoint> ranSince;      ///< activeSince of the instance that ended last
    std::uint64_t launchedWith = 0;         ///< fingerprint of the command that was launched last
    std::uint64_t startedWith = 0;          ///< of the one that the instance runs with; 0: not known
    Boxed<LastExit> lastExit;
    std::uint64_t restartCount = 0;
    std::uint64_t incident = 0;
    unsigned failedStarts = 0;          ///< since it was up for more than a moment
    std::string startFault;             ///< why the last one of them failed
    std::optional<ProcessKey> doubtful; ///< runs, and may be it
    bool recovering = false;            ///< down by a failure, and to be recovered
    bool degraded = false;              ///< started without a dependency
    bool restartPending = false;        ///< a dependency was restarted: it is restarted too as soon as it may
    bool wasUnidentified = false;       ///< when it was up last, it was known by its probes alone
};

/// The state of one managed process and the moves between its phases (phase.hpp has the table of legal ones).
/// What follows from an event is in reactions.hpp. Moves act at once on the state; what they need from
/// outside is put into the ActionSink.
class Lifecycle {
public:
    /// `plan` outlives it or is replaced by setPlan(); `targets`, which answers how other processes are,
    /// outlives it.
    Lifecycle(const ProcessPlan& plan, Mode mode, const Targets& targets,
              const std::optional<SavedState>& saved);

    [[nodiscard]] const ProcessPlan& plan() const { return *plan_; }
    [[nodiscard]] const std::string& name() const { return plan_->name; }
    [[nodiscard]] Mode mode() const { return mode_; }
    /// Takes over other settings without acting on them.
    void setPlan(const ProcessPlan& plan, Mode mode);

    [[nodiscard]] const Phase& phase() const { return phase_; }
    [[nodiscard]] PhaseKind kind() const { return kindOf(phase_); }
    /// The data of this phase; null in any other. Valid until the next move.
    template <typename In>
    [[nodiscard]] In* in() {
        return std::get_if<In>(&phase_);
    }
    template <typename In>
    [[nodiscard]] const In* in() const {
        return std::get_if<In>(&phase_);
    }
    /// A sentence on what it is doing.
    [[nodiscard]] const std::string& reason() const { return reason_; }
    void setReason(std::string reason) { reason_ = std::move(reason); }
    /// The sentence for a process that runs, after something that it mentions has changed. Up only.
    void refreshReason();

    [[nodiscard]] OperatorRequests& requests() { return requests_; }
    [[nodiscard]] const OperatorRequests& requests() const { return requests_; }
    [[nodiscard]] Health& health() { return health_; }
    [[nodiscard]] const Health& health() const { return health_; }
    [[nodiscard]] UnitSide& unit() { return unit_; }
    [[nodiscard]] const UnitSide& unit() const { return unit_; }
    [[nodiscard]] Record& record() { return record_; }
    [[nodiscard]] const Record& record() const { return record_; }
    [[nodiscard]] const Breaker& breaker() const { return breaker_; }

    /// The instance that runs: up, being stopped, launched, or unhealthy.
    [[nodiscard]] std::optional<Instance> instance() const;
    [[nodiscard]] bool isReady() const { return kind() == PhaseKind::up && health_.allPass(*plan_); }
    /// Known by its probes alone, so that nothing can be done to it.
    [[nodiscard]] bool isUnidentified() const;
    /// How long a start and a stop may take: for a unit, what its own file says, unless the configuration
    /// does.
    [[nodiscard]] Duration startPatience() const;
    [[nodiscard]] Duration stopPatience() const;
    /// Whether systemd is at it and keeps the time, so that Healer only looks again.
    [[nodiscard]] bool isUpToSystemd() const;
    /// Since when it is up, for the breaker.
    [[nodiscard]] std::optional<TimePoint> upSince() const;

    /// Not a move: disabled in the configuration, or the monitors are asked for a running instance.
    void begin(ActionSink& out);

    /// The process is down: what now? The one place where that is decided.
    void decide(ActionSink& out);
    void enterUp(const Instance& instance, ActionSink& out);
    /// The same for an instance that Healer has not launched just now.
    void enterAdopted(const Instance& instance, ActionSink& out);
    /// A requested start has lasted for a moment: it is answered. Up only.
    void settleStart(ActionSink& out);
    /// Whether the running instance was started with other settings than those in force.
    [[nodiscard]] bool hasOldSettings() const;
    void rest(std::string reason, ActionSink& out);
    /// About to start after a wait: the monitors look first whether it was started elsewhere.
    void check(notice::Cause cause, ActionSink& out);
    /// Something runs that may be it: nothing is started until that has ended, or is certain.
    void doubt(const ProcessKey& doubtful, std::string reason, notice::Cause cause, ActionSink& out);
    /// Starts it, unless a dependency is not ready; an unhealthy instance is ended first.
    void launch(notice::Cause cause, ActionSink& out);
    /// What a launch waited for is over: goes on with it, unless an operator asked for something else.
    void relaunch(notice::Cause cause, ActionSink& out);
    void defer(TimePoint until, std::string reason, notice::Cause cause, ActionSink& out);
    void stop(phase::Stopping stopping, ActionSink& out);
    /// The deadline is moved on: see isUpToSystemd().
    void waitForSystemd(ActionSink& out);
    /// What kept it from being started may be over: the monitors look.
    void lookForObstacle(ActionSink& out);
    /// The stop signal did not help: SIGKILL.
    void forceStop(ActionSink& out);
    /// A launch that has not been answered is cancelled.
    void withdrawLaunch(ActionSink& out, bool leave = false);
    /// The monitors follow this instance from now on, or none.
    void track(const std::optional<Instance>& instance, ActionSink& out);
    /// Disabled: what was known of instances no longer counts.
    void forgetInstances();
    /// The monitors are made again.
    void watchAgain(ActionSink& out);
    /// The end of the cooldown, after its settings were changed.
    void refreshCooldown();
    void resetBreaker(ActionSink& out);
    void advanceBreaker(ActionSink& out);
    /// A launch did not happen: the process had been stopped on purpose.
    void uncountStart() { breaker_.uncountStart(); }

    void announce(Notice notice, ActionSink& out) const;

private:
    /// How much longer than a start a monitor may take to answer whether an instance runs: it may itself wait
    /// for a start that is under way.
    static constexpr Duration kLookSlack = std::chrono::seconds(10);

    void enter(Phase to, std::string reason, ActionSink& out);
    void answerStarts(const Instance& instance, ActionSink& out);
    [[nodiscard]] std::string reasonToLeave() const;
    [[nodiscard]] std::string runningReason() const;
    [[nodiscard]] bool mayStart(ActionSink& out);
    [[nodiscard]] bool breakerAllows(ActionSink& out);
    [[nodiscard]] bool passesGate(notice::Cause cause, ActionSink& out);
    void announceBreaker(BreakerState from, const std::string& why, ActionSink& out) const;

    const ProcessPlan* plan_;
    const Targets* targets_;
    OperatorRequests requests_;
    Health health_;
    UnitSide unit_;
    Breaker breaker_;
    Record record_;
    std::string reason_;
    Phase phase_ = phase::Looking{};
    Mode mode_;
};

} // namespace healer::core
