// SPDX-License-Identifier: Apache-2.0
#include "monitor/unit/unit_tracker.hpp"

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
    if (result == "done") {
        (isOwn_(job) ? ownDone_ : foreignDone_) = true;
    }
}

void UnitTracker::lost() {
    ownDone_ = ownDone_ || std::any_of(jobs_.begin(), jobs_.end(), isOwn_);
    jobs_.clear();
    missed_ = true;
    hadInstance_ = instance_.has_value();
    seen_.reset();
}

std::vector<core::Event> UnitTracker::update(const systemd::UnitFacts& facts,
                                             std::optional<core::ProcessKey> main) {
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
        down(facts, events);
        break;
    }
    return events;
}

void UnitTracker::up(const systemd::UnitFacts& facts, core::Instance instance,
                     std::vector<core::Event>& events) {
    if (questions_ > 0 || instance_ != instance) {
        events.insert(events.end(), std::max(questions_, 1U), core::event::Up{process_, instance});
    }
    questions_ = 0;
    restored_.reset();
    instance_ = instance;
    seen_ = instance;
    if (facts.job == 0) {
        settle(facts);
    }
}

void UnitTracker::down(const systemd::UnitFacts& facts, std::vector<core::Event>& events) {
    if (stoppedOnPurpose(facts)) {
        events.emplace_back(core::event::StoppedOnPurpose{
            process_, "stopped through systemd (systemctl stop " + unit_ + ")"});
    }
    if (instance_) {
        events.emplace_back(core::event::Down{process_, *instance_, systemd::exitOf(facts)});
        instance_.reset();
    } else if (restored_ && systemd::endOf(facts, *restored_, suspended_)) {
        events.emplace_back(core::event::Down{process_, *restored_, systemd::exitOf(facts)});
    }
    restored_.reset();
    const std::string failure = systemd::loadFailure(facts, unit_);
    answerAbsent(failure.empty() ? "unit " + unit_ + " is " + facts.active : failure, events);
    seen_.reset();
    settle(facts);
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
    if (foreignDone_ && sameRun) {
        return true;
    }
    // PID 1 unloads what was stopped, and keeps what failed.
    const bool unloaded = hadInstance_ && systemd::isUntouched(facts);
    return missed_ && !ownDone_ && (unloaded || systemd::wasStopped(facts));
}

void UnitTracker::settle(const systemd::UnitFacts& facts) {
    foreignDone_ = false;
    ownDone_ = false;
    missed_ = false;
    hadInstance_ = false;
    invocation_ = facts.invocation;
}

} // namespace healer::monitor::unit
