// SPDX-License-Identifier: Apache-2.0
// Subject: what people ask for. A person always wins; the last word counts.
#include "core/subject.hpp"

#include <algorithm>
#include <utility>

namespace healer::core {

namespace {

bool isStart(event::Verb verb) {
    return verb == event::Verb::start || verb == event::Verb::restart;
}

} // namespace

void Subject::on(const event::Request& request, Moment now, Outbox& out) {
    if (phase_ == Phase::off) {
        reply(request.id,
              Error{name() + " is disabled in the configuration (enabled: false)", ErrorKind::disabled}, out);
        return;
    }
    const bool acts = isStart(request.verb) || request.verb == event::Verb::stop;
    if (observeOnly_ && acts) {
        reply(request.id, Error{"observe_only is set: Healer starts and stops nothing", ErrorKind::failed},
              out);
        return;
    }
    switch (request.verb) {
    case event::Verb::start:
        requestStart(request, now, out);
        break;
    case event::Verb::restart:
        requestRestart(request, now, out);
        break;
    case event::Verb::stop:
        requestStop(request, now, out);
        break;
    case event::Verb::pause:
        requestPause(request, now, out);
        break;
    case event::Verb::resume:
        requestResume(request, now, out);
        break;
    case event::Verb::resetBreaker:
        requestReset(request, now, out);
        break;
    }
}

void Subject::requestStart(const event::Request& request, Moment now, Outbox& out) {
    stopWanted_ = false;
    stopDetail_.clear();
    resetBreaker(now, out);
    if (phase_ == Phase::up) {
        reason_ = runningReason();
        reply(request.id, pidOf(*key_), out);
        return;
    }
    // The last word counts, also where the stop still waited for the monitors to look.
    answer(event::Verb::stop, Error{"a start was asked for meanwhile", ErrorKind::busy}, out);
    pending_.push_back({request.id, request.verb});
    switch (phase_) {
    case Phase::stopping:
        afterStop_ = AfterStop::launch;
        break;
    case Phase::checking:
        cause_ = notice::Cause::request;
        break;
    case Phase::waiting:
    case Phase::deferred:
    case Phase::open:
    case Phase::resting:
        cause_ = notice::Cause::request;
        downAt_ = now.at;
        check(now, out);
        break;
    case Phase::off:
    case Phase::up:
    case Phase::looking:
    case Phase::launching:
        break;
    }
}

void Subject::requestRestart(const event::Request& request, Moment now, Outbox& out) {
    if (phase_ != Phase::up) {
        requestStart(request, now, out);
        return;
    }
    if (isKeyless() && plan_->unit.empty()) {
        reply(request.id, unknownProcess(), out);
        return;
    }
    stopWanted_ = false;
    stopDetail_.clear();
    resetBreaker(now, out);
    pending_.push_back({request.id, request.verb});
    announce(notice::Requested{event::Verb::restart}, out);
    stop(*key_, AfterStop::launch, now, out);
}

void Subject::requestStop(const event::Request& request, Moment now, Outbox& out) {
    stopWanted_ = true;
    stopOfOthers_ = false;
    stopDetail_ = "stopped by request";
    announce(notice::Requested{event::Verb::stop}, out);
    if (phase_ == Phase::up && isKeyless() && plan_->unit.empty()) {
        reply(request.id, unknownProcess(), out);
        return;
    }
    answerStarts(Error{"a stop was asked for meanwhile", ErrorKind::busy}, out);
    pending_.push_back({request.id, request.verb});
    switch (phase_) {
    case Phase::up:
        stop(*key_, AfterStop::rest, now, out);
        break;
    case Phase::stopping:
        afterStop_ = AfterStop::rest;
        break;
    case Phase::launching:
        withdrawLaunch(out);
        announce(notice::RecoveryFinished{cause_, false, 0, "stopped by request",
                                          now.at - downAt_.value_or(now.at)},
                 out);
        if (launched_) {
            stop(*launched_, AfterStop::rest, now, out);
        } else {
            decide(now, out);
        }
        break;
    case Phase::waiting:
    case Phase::deferred:
    case Phase::open:
    case Phase::resting:
        if (sick_) {
            stop(*sick_, AfterStop::rest, now, out);
        } else {
            decide(now, out);
        }
        break;
    case Phase::off:
    case Phase::looking:
    case Phase::checking:
        break;
    }
}

void Subject::requestPause(const event::Request& request, Moment now, Outbox& out) {
    if (!paused_) {
        paused_ = true;
        announce(notice::Requested{event::Verb::pause}, out);
    }
    const bool automatic = phase_ == Phase::waiting || phase_ == Phase::deferred || phase_ == Phase::open ||
                           phase_ == Phase::checking;
    if (automatic && !awaitsStart()) {
        decide(now, out);
    }
    reply(request.id, 0, out);
}

void Subject::requestResume(const event::Request& request, Moment now, Outbox& out) {
    if (paused_) {
        paused_ = false;
        announce(notice::Requested{event::Verb::resume}, out);
        if (phase_ == Phase::resting) {
            decide(now, out);
        }
    }
    reply(request.id, 0, out);
}

void Subject::requestReset(const event::Request& request, Moment now, Outbox& out) {
    resetBreaker(now, out);
    if (phase_ == Phase::open) {
        decide(now, out);
    }
    reply(request.id, 0, out);
}

Error Subject::unknownProcess() const {
    return Error{name() +
                     " answers its probe, but which process that is is not known: stop it by other means",
                 ErrorKind::failed};
}

bool Subject::awaits(event::Verb verb) const {
    return std::any_of(pending_.begin(), pending_.end(),
                       [verb](const PendingReply& pending) { return pending.verb == verb; });
}

bool Subject::awaitsStart() const {
    return awaits(event::Verb::start) || awaits(event::Verb::restart);
}

void Subject::answer(event::Verb verb, const Result<pid_t>& outcome, Outbox& out) {
    std::erase_if(pending_, [&](const PendingReply& pending) {
        if (pending.verb != verb) {
            return false;
        }
        reply(pending.id, outcome, out);
        return true;
    });
}

void Subject::answerStarts(const Result<pid_t>& outcome, Outbox& out) {
    answer(event::Verb::start, outcome, out);
    answer(event::Verb::restart, outcome, out);
}

void Subject::reply(std::uint64_t id, Result<pid_t> outcome, Outbox& out) {
    out.actions.emplace_back(action::Reply{id, std::move(outcome)});
}

} // namespace healer::core
