// SPDX-License-Identifier: Apache-2.0
#include "monitor/unit/unit_tracker.hpp"

#include "systemd/unit_character.hpp"

#include <algorithm>
#include <utility>

namespace healer::monitor::unit {

UnitTracker::UnitTracker(std::string process, std::string unit, IsOwn isOwn)
    : process_(std::move(process)), unit_(std::move(unit)), isOwn_(std::move(isOwn)) {}

bool UnitTracker::follow(std::optional<core::Instance> key) {
    instance_ = key;
    return key && key != seen_;
}

void UnitTracker::jobRemoved(std::uint32_t job, const std::string& result) {
    jobs_.erase(job);
    const bool done = result == "done";
    if (isOwn_(job)) {
        // Another client's has taken the place of one that is cancelled.
        (result == "canceled" ? ownCancelled_ : ownEnded_) = true;
        ownDone_ = ownDone_ || done;
    } else if (done) {
        foreignDone_ = job;
    } else if (result == "canceled") {
        cancelled_ = true;
    } else if (result == "failed" || result == "dependency" || result == "timeout") {
        foreignFailed_ = true;
    }
}

void UnitTracker::lost() {
    ownDone_ = ownDone_ || std::any_of(jobs_.begin(), jobs_.end(), isOwn_);
    jobs_.clear();
    missed_ = true;
    hadInstance_ = instance_.has_value() || restored_.has_value();
    seen_.reset();
}

std::optional<UnitTracker::Question> UnitTracker::question(const systemd::UnitFacts& facts) const {
    if (systemd::conditionOf(facts) != systemd::UnitCondition::down || !systemd::hasSurroundings(facts)) {
        return std::nullopt;
    }
    return Question{stoppedOnPurpose(facts), foreignDone_};
}

std::vector<core::Event> UnitTracker::update(const systemd::UnitFacts& facts,
                                             std::optional<core::ProcessKey> main,
                                             const systemd::Surroundings& surroundings) {
    std::vector<core::Event> events;
    const auto followed = core::processOf(instance_);
    if (!main && followed && followed->pid == facts.mainPid) {
        // It is gone already, and PID 1 is about to report that.
        main = followed;
    }
    switch (systemd::conditionOf(facts)) {
    case systemd::UnitCondition::up:
        // Healer's own start is answered by who made it.
        if (facts.job == 0 || !isOwn_(facts.job)) {
            up(facts, systemd::instanceOf(facts, main), events);
        }
        break;
    case systemd::UnitCondition::changing:
        break;
    case systemd::UnitCondition::down:
        down(facts, surroundings, events);
        break;
    }
    return events;
}

void UnitTracker::up(const systemd::UnitFacts& facts, core::Instance instance,
                     std::vector<core::Event>& events) {
    if (questions_ > 0 || instance_ != instance) {
        const bool foreignJob =
            std::any_of(jobs_.begin(), jobs_.end(), [this](auto job) { return !isOwn_(job); });
        const bool byOther = !ownEnded_ && (foreignDone_ || foreignJob);
        events.insert(events.end(), std::max(questions_, 1U),
                      core::event::Up{.name = process_, .instance = instance, .byOther = byOther});
    }
    questions_ = 0;
    restored_.reset();
    instance_ = instance;
    seen_ = instance;
    // The start job of a job lasts as long as its work.
    if (facts.job == 0 || (systemd::isWorking(facts) && jobs_.size() <= 1)) {
        settle(facts);
    }
}

void UnitTracker::down(const systemd::UnitFacts& facts, const systemd::Surroundings& surroundings,
                       std::vector<core::Event>& events) {
    const bool bound = !surroundings.stoppedBy.empty();
    const bool stopped = !bound && stoppedOnPurpose(facts);
    if (stopped) {
        const std::string& with = surroundings.stoppedWith;
        events.emplace_back(core::event::StoppedOnPurpose{
            process_, with.empty() ? "stopped through systemd (systemctl stop " + unit_ + ")"
                                   : "stopped through systemd together with " + with +
                                         ", which it is bound to (systemctl stop " + with + ")"});
    }
    core::UnitEnd end = judged(facts, surroundings);
    const auto ended = [&](const core::Instance& instance) {
        core::Exit exit = systemd::exitOf(facts);
        if (bound) {
            exit.reason = core::ExitReason::unitFailed;
            exit.detail = surroundings.setting == "BindsTo="
                              ? "systemd stopped it because it is bound to " + surroundings.stoppedBy +
                                    " (BindsTo=), which had ended"
                              : "systemd stopped it because it conflicts with " + surroundings.stoppedBy +
                                    " (Conflicts=), which was started";
        }
        events.emplace_back(core::event::Down{process_, instance, std::move(exit), end});
    };
    const bool restoredEnds = !instance_ && endsRestored(facts);
    const bool sinceRest = !instance_ && !restoredEnds && startedSince(facts);
    if (instance_) {
        ended(*instance_);
        instance_.reset();
    } else if (restoredEnds) {
        ended(*restored_);
    }
    if (!stopped && (questions_ > 0 || sinceRest)) {
        auto rest = atRest(facts, std::move(end));
        rest.startedSince = sinceRest;
        events.emplace_back(std::move(rest));
    }
    restored_.reset();
    const std::string failure = systemd::loadFailure(facts, unit_);
    answerAbsent(failure.empty() ? "unit " + unit_ + " is " + facts.active : failure, events);
    seen_.reset();
    settle(facts);
    restsDown_ = true;
}

/// What Healer's own stop has ended says nothing about the unit.
core::UnitEnd UnitTracker::judged(const systemd::UnitFacts& facts,
                                  const systemd::Surroundings& surroundings) const {
    core::UnitEnd end;
    if (!ownDone_) {
        end = systemd::judgeEnd(facts, surroundings.trigger);
        if (hadInstance_ && systemd::isUntouched(facts) && end.leave.empty()) {
            // PID 1 unloads what ended well, and keeps what failed.
            end.leave = systemd::reasonToEnd(facts, surroundings.trigger);
            end.success = !end.leave.empty();
        }
    }
    end.stoppedBy = surroundings.stoppedBy;
    if (!end.stoppedBy.empty()) {
        end.leave.clear();
        end.success = false;
    }
    const std::string failure = systemd::loadFailure(facts, unit_);
    end.obstacle = failure.empty() ? surroundings.obstacle : "waits: " + failure;
    end.gone = facts.load == "not-found";
    return end;
}

core::event::UnitAtRest UnitTracker::atRest(const systemd::UnitFacts& facts, core::UnitEnd end) const {
    core::event::UnitAtRest rest;
    rest.name = process_;
    rest.unit = std::move(end);
    if (!systemd::isUntouched(facts) && facts.execMainCode != 0) {
        rest.end = systemd::exitOf(facts);
        // systemd's clock stands still while the machine is suspended: not later than this.
        rest.ranAt = core::TimePoint(core::Duration(static_cast<core::Duration::rep>(facts.inactiveExit)));
    }
    return rest;
}

/// Whether this is the end of what an earlier Healer knew.
bool UnitTracker::endsRestored(const systemd::UnitFacts& facts) const {
    if (!restored_ || facts.invocation.empty()) {
        return false;
    }
    if (const auto process = core::processOf(restored_)) {
        return systemd::endOf(facts, *process, suspended_).has_value();
    }
    return systemd::isOfThisRun(facts, *restored_);
}

/// Whether another client had it started since it came to rest, which has ended or failed unseen.
bool UnitTracker::startedSince(const systemd::UnitFacts& facts) const {
    if (!invocation_ || ownEnded_ || missed_) {
        return false;
    }
    // A start of Healer's own that was cancelled has made a run, too.
    const bool anotherRun = !facts.invocation.empty() && facts.invocation != *invocation_;
    return foreignFailed_ || (anotherRun && !ownCancelled_);
}

void UnitTracker::unreadable(const systemd::UnitFacts& facts) {
    const bool isUp = systemd::conditionOf(facts) == systemd::UnitCondition::up && facts.job == 0;
    if (isUp && invocation_ == facts.invocation) {
        foreignDone_.reset();
    }
}

std::vector<core::Event> UnitTracker::unknown(const std::string& why) {
    std::vector<core::Event> events;
    answerAbsent(why, events);
    return events;
}

void UnitTracker::answerAbsent(const std::string& why, std::vector<core::Event>& events) {
    events.insert(events.end(), questions_, core::event::Absent{process_, why});
    questions_ = 0;
}

bool UnitTracker::stoppedOnPurpose(const systemd::UnitFacts& facts) const {
    const bool sameRun = !invocation_ || facts.invocation.empty() || facts.invocation == *invocation_;
    // The start job of a job is done when its work is.
    const bool isJob = systemd::kindOf(facts) == systemd::UnitKind::job;
    if (foreignDone_ && sameRun && (!isJob || cancelled_)) {
        return true;
    }
    if (!seemsStoppedUnseen(facts) || lastJob_ == systemd::LastJob::start) {
        return false;
    }
    return lastJob_ != systemd::LastJob::success || !wasUnloaded(facts);
}

/// While no jobs could be seen.
bool UnitTracker::seemsStoppedUnseen(const systemd::UnitFacts& facts) const {
    const bool isKnown = restsDown_ && !instance_ && facts.invocation == *invocation_;
    return missed_ && !ownDone_ && !isKnown && (wasUnloaded(facts) || systemd::wasStopped(facts));
}

/// PID 1 unloads what was stopped or has ended well, and keeps what failed.
bool UnitTracker::wasUnloaded(const systemd::UnitFacts& facts) const {
    const bool isJob = systemd::kindOf(facts) == systemd::UnitKind::job;
    return hadInstance_ && systemd::isUntouched(facts) && !isJob && !systemd::hasTriggers(facts);
}

bool UnitTracker::needsJournal(const systemd::UnitFacts& facts) const {
    return !lastJob_ && seemsStoppedUnseen(facts);
}

void UnitTracker::settle(const systemd::UnitFacts& facts) {
    foreignDone_.reset();
    foreignFailed_ = false;
    cancelled_ = false;
    ownDone_ = false;
    ownEnded_ = false;
    ownCancelled_ = false;
    missed_ = false;
    hadInstance_ = false;
    lastJob_.reset();
    invocation_ = facts.invocation;
    restsDown_ = false;
}

} // namespace healer::monitor::unit
