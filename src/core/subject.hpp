// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/action.hpp"
#include "core/breaker.hpp"
#include "core/dependency_gate.hpp"
#include "core/event.hpp"
#include "core/plan.hpp"
#include "core/view.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace healer::core {

/// Where a subject puts what it wants done, and draws its numbers from.
struct Outbox {
    Actions actions;
    std::uint64_t lastIncident = 0;
    std::uint64_t lastAttempt = 0;
};

/// What survives a restart of the daemon, for one process.
struct SubjectSnapshot {
    std::optional<Instance> instance; ///< the instance; also one that was launched and not confirmed yet
    bool down = false;                ///< known to be down and to be recovered when the snapshot was taken
    bool paused = false;
    bool stopWanted = false;
    bool degraded = false;  ///< the instance was started without a target
    std::string stopDetail; ///< who stopped it, a sentence
    Breaker::Snapshot breaker;
    std::uint64_t restartCount = 0;
    std::uint64_t incident = 0;
    std::optional<Moment> activeSince;
    std::optional<LastExit> lastExit;

    bool operator==(const SubjectSnapshot&) const = default;
};

/// One process: what it is doing, what people want of it, and what follows from each event.
///
/// Phases and the legal moves between them:
///
///   looking    it is not known yet whether an instance runs; the monitors have been asked.
///              -> up (Up), waiting/open/launching/resting (Absent, or no answer until the deadline)
///   up         an instance runs and is followed by its key.
///              -> any phase of "down" (its Down), stopping (a person stops or restarts it)
///   waiting    down; the backoff before the next start. -> checking (deadline), up (somebody started it)
///   open       down; the breaker is open.               -> checking (cooldown over), up (somebody started
///   it) checking   about to start after a wait: the monitors look whether somebody was quicker.
///              -> up, launching (Absent, or no answer until the deadline)
///   deferred   down; a dependency is not ready.         -> checking (it is, or the wait is over), up
///   (somebody
///              started it)
///   launching  a start has been ordered. -> up (started, and confirmed where the monitor does that),
///              stopping (started but not up in time), waiting/open/resting (failed)
///   stopping   an instance is being ended: signal, then SIGKILL again and again until it is gone.
///              -> resting (stop), launching (restart), waiting/open (clean-up after a failed start)
///   resting    down, and nothing is to be done: stopped or paused by a person, ended in a way that
///   `restart_on` does
///              not answer, or observe_only. -> up (somebody started it), anything by a person's word or a
///              reload
///   off        `enabled: false`.
///
/// Every phase but up, resting and off has a deadline; so nothing stays down by accident. `paused` and
/// `stopWanted` are what people said; they outlive phases. Events about another incarnation than the one in
/// question, and late answers, change nothing.
class Subject {
public:
    /// `plan` must outlive the subject or be replaced by changePlan(). `targets`, which outlives it too,
    /// tells how the others are.
    Subject(const ProcessPlan& plan, bool observeOnly, const Targets& targets,
            const std::optional<SubjectSnapshot>& before);

    /// Begins: asks the monitors. Called once, before any event.
    void begin(Moment now, Outbox& out);
    void handle(const Event& event, Moment now, Outbox& out);
    /// Does what the clock makes due; harmless before deadline().
    void advance(Moment now, Outbox& out);
    /// The new entry of this name. Only what differs is touched; the old plan must still be alive during the
    /// call.
    void changePlan(const ProcessPlan& plan, bool observeOnly, Moment now, Outbox& out);
    /// The entry is gone: lets go of the process, which goes on running.
    void end(Outbox& out);

    /// systemd stopped its unit, which is bound to the unit of `target`, because that one had ended: nobody's
    /// word, but a failure. Comes before its end is reported, or soon after.
    void stoppedWith(const std::string& target, Moment now, Outbox& out);
    /// Whether this one can have taken along what is bound to it and ran since then: nobody stopped it, and
    /// it is down or has come up again since.
    [[nodiscard]] bool tookAlong(std::optional<TimePoint> since) const;
    /// Since when that ran which was stopped through the service manager a moment ago.
    [[nodiscard]] std::optional<TimePoint> justStopped(Moment now) const;
    [[nodiscard]] bool isUp() const { return phase_ == Phase::up; }

    /// One of those that it depends on has changed.
    void targetChanged(Moment now, Outbox& out);
    /// One of those that it depends on is healthy again with another instance, after it was not from `lostAt`
    /// on: restarts with it what has run since before that.
    void targetRestarted(const std::string& target, TimePoint lostAt, Moment now, Outbox& out);

    [[nodiscard]] std::optional<TimePoint> deadline() const;
    /// What its dependents ask.
    [[nodiscard]] TargetFacts facts() const;
    /// The instance, when it is ready for its dependents.
    [[nodiscard]] std::optional<Instance> readyInstance() const;
    [[nodiscard]] ProcessView view() const;
    [[nodiscard]] SubjectSnapshot snapshot() const;
    [[nodiscard]] const ProcessPlan& plan() const { return *plan_; }
    [[nodiscard]] const std::string& name() const { return plan_->name; }

private:
    enum class Phase { off, looking, up, waiting, deferred, open, checking, launching, stopping, resting };
    enum class AfterStop { rest, launch, relaunch, startFailed };

    struct PendingReply {
        std::uint64_t id = 0;
        event::Verb verb = event::Verb::start;
    };

    // Facts (subject_facts.cpp)
    void on(const event::Up& up, Moment now, Outbox& out);
    void on(const event::Absent& absent, Moment now, Outbox& out);
    void on(const event::Down& down, Moment now, Outbox& out);
    void on(const event::Healthy& healthy, Moment now, Outbox& out);
    void on(const event::Unhealthy& unhealthy, Moment now, Outbox& out);
    void on(const event::LaunchFinished& finished, Moment now, Outbox& out);
    void on(const event::StoppedOnPurpose& stopped, Moment now, Outbox& out);
    void on(const event::StopFailed& failed, Moment now, Outbox& out);
    void on(const event::UnitSettings& settings, Moment now, Outbox& out);
    void on(const event::JobUnderWay& job, Moment now, Outbox& out);
    void noteDown(Instance key, const Exit& exit, Moment now, Outbox& out);
    void lateLaunch(Instance key, Moment now, Outbox& out);
    void gone(Moment now, Outbox& out);
    void relaunch(Moment now, Outbox& out);

    // Probes (subject_health.cpp)
    [[nodiscard]] bool allHealthy() const;
    [[nodiscard]] bool hasProbes() const;
    [[nodiscard]] bool isKeyless() const;
    void track(std::optional<Instance> key, Outbox& out);
    void confirm(Moment now, Outbox& out);
    void healthyAgain(Moment now, Outbox& out);
    void announceDisconnected(const Exit& exit, Outbox& out) const;

    // Units (subject_unit.cpp)
    struct UnitSide {
        std::string restart;     ///< Restart= of a unit that systemd restarts by itself
        std::string stoppedWith; ///< the target that took it along
        bool jobUnderWay = false;
        std::optional<event::Unhealthy> heldBack; ///< until the job has ended
    };
    [[nodiscard]] UnitSide& unitSide();
    [[nodiscard]] std::string runningReason() const;
    [[nodiscard]] Exit judged(const Exit& exit) const;
    [[nodiscard]] bool holdsBack(const event::Unhealthy& unhealthy);
    void forgetHeldBack();
    [[nodiscard]] bool stoppedByTarget() const;
    void forgetStopByTarget();

    // Dependencies (subject_dependencies.cpp)
    [[nodiscard]] bool passesGate(Moment now, Outbox& out);
    void defer(TimePoint until, std::string reason);
    void restartWithTarget(Moment now, Outbox& out);

    // A person's word (subject_requests.cpp)
    void on(const event::Request& request, Moment now, Outbox& out);
    void requestStart(const event::Request& request, Moment now, Outbox& out);
    void requestRestart(const event::Request& request, Moment now, Outbox& out);
    void requestStop(const event::Request& request, Moment now, Outbox& out);
    void requestPause(const event::Request& request, Moment now, Outbox& out);
    void requestResume(const event::Request& request, Moment now, Outbox& out);
    void requestReset(const event::Request& request, Moment now, Outbox& out);
    void answer(event::Verb verb, const Result<pid_t>& outcome, Outbox& out);
    void answerStarts(const Result<pid_t>& outcome, Outbox& out);
    static void reply(std::uint64_t id, Result<pid_t> outcome, Outbox& out);

    // Decisions and moves (subject.cpp)
    void decide(Moment now, Outbox& out);
    void enterUp(Instance key, Moment now, Outbox& out);
    void check(Moment now, Outbox& out);
    void launch(Moment now, Outbox& out);
    void wait(Duration delay, Moment now);
    void startSucceeded(Instance key, Moment now, Outbox& out);
    void startFailed(const std::string& why, Moment now, Outbox& out);
    void stop(Instance key, AfterStop after, Moment now, Outbox& out);
    void withdrawLaunch(Outbox& out);
    void rest(std::string reason);
    void forceStop(Moment now, Outbox& out);
    void watchAnew(Outbox& out);
    void resetBreaker(Moment now, Outbox& out);
    void advanceBreaker(Moment now, Outbox& out);
    void announceBreaker(BreakerState from, const std::string& why, Outbox& out) const;
    [[nodiscard]] std::optional<TimePoint> upSince() const {
        return phase_ == Phase::up && activeSince_ ? std::optional(activeSince_->at) : std::nullopt;
    }
    [[nodiscard]] bool restartsAfter(const Exit& exit) const;
    [[nodiscard]] Error unknownProcess() const;
    [[nodiscard]] bool awaits(event::Verb verb) const;
    [[nodiscard]] bool awaitsStart() const;
    [[nodiscard]] bool confirmsStart() const;
    [[nodiscard]] State state() const;
    void announce(Notice notice, Outbox& out) const;

    const ProcessPlan* plan_;
    const Targets* targets_;

    // What people said.
    std::string stopDetail_;
    std::vector<PendingReply> pending_;

    // Where it is.
    std::optional<TimePoint> phaseDeadline_;
    std::string reason_;
    std::optional<Instance> key_;      ///< up: the instance; stopping: the one that is being ended
    std::optional<Instance> launched_; ///< launching: started, to be confirmed by a monitor
    std::uint64_t attempt_ = 0;        ///< launching: the number of the order
    std::string failure_;              ///< stopping after a failed start: why it failed

    // How it is.
    std::optional<Instance> tracked_;        ///< what the monitors follow
    std::vector<std::size_t> healthy_;       ///< the probes that pass, by index in the plan
    std::optional<Instance> sick_;           ///< down by its probe, but alive: to be ended before a start
    std::optional<TimePoint> deferredSince_; ///< of this incident

    std::unique_ptr<UnitSide> unit_; ///< of a unit about which there is something to know

    // What happened.
    Breaker breaker_;
    std::optional<Exit> endedWith_;       ///< the end that restart_on judges
    std::optional<Instance> predecessor_; ///< the incarnation that ended last
    std::optional<Instance> known_;       ///< from the snapshot, until the monitors have answered
    std::optional<TimePoint> downAt_;
    std::optional<Moment> activeSince_;
    std::optional<LastExit> lastExit_;
    std::uint64_t restartCount_ = 0;
    std::uint64_t incident_ = 0;

    // The small ones of all of these.
    Phase phase_ = Phase::looking;
    AfterStop afterStop_ = AfterStop::rest;
    notice::Cause cause_ = notice::Cause::initial;
    bool observeOnly_;
    bool paused_ = false;
    bool stopWanted_ = false;
    bool stopOfOthers_ = false; ///< stopWanted_ came through the service manager
    bool launchAnswered_ = true;
    bool forced_ = false;
    bool confirmed_ = false;   ///< launching: a monitor of instances has seen it
    bool degraded_ = false;    ///< started without a target
    bool restartWith_ = false; ///< a target was restarted, and it is to be as soon as it may
    bool down_ = false;        ///< a failure is being recovered from
};

} // namespace healer::core
