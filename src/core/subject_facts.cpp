// SPDX-License-Identifier: Apache-2.0
// Subject: what follows from the reports of monitors and recoveries.
#include "core/subject.hpp"

#include "core/duration_text.hpp"

#include <utility>

namespace healer::core {

void Subject::on(const event::Up& up, Moment now, Outbox& out) {
    if (up.instance == predecessor_) {
        // It is dying: the exit was seen, but /proc still shows it.
        return;
    }
    // Who stopped a unit through systemd may start it there again: the last word counts.
    if (stopOfOthers_ && !plan_->unit.empty() && phase_ == Phase::resting) {
        stopWanted_ = false;
        stopOfOthers_ = false;
        stopDetail_.clear();
    }
    if (sick_ == up.instance && hasProbes()) {
        // That it lives is known; its probes say when it is well again.
        if (phase_ == Phase::checking) {
            launch(now, out);
        }
        return;
    }
    switch (phase_) {
    case Phase::off:
    case Phase::stopping:
        return;
    case Phase::launching:
        launched_ = up.instance;
        confirmed_ = true;
        confirm(now, out);
        return;
    case Phase::up:
        if (key_ != up.instance) {
            if (!isKeyless()) {
                announce(notice::Adopted{pidOf(up.instance)}, out);
            }
            enterUp(up.instance, now, out);
        }
        return;
    case Phase::looking:
    case Phase::waiting:
    case Phase::deferred:
    case Phase::open:
    case Phase::checking:
    case Phase::resting:
        if (known_ != up.instance) {
            announce(notice::Adopted{pidOf(up.instance)}, out);
        }
        enterUp(up.instance, now, out);
        return;
    }
}

void Subject::on(const event::Absent& absent, Moment now, Outbox& out) {
    if (phase_ == Phase::checking) {
        if (stopWanted_ || observeOnly_) {
            decide(now, out);
        } else {
            launch(now, out);
        }
        return;
    }
    if (phase_ != Phase::looking) {
        return;
    }
    if (known_ && !stopWanted_) {
        Exit exit;
        exit.detail = "it ended while Healer was not running";
        noteDown(*known_, exit, now, out);
    }
    known_.reset();
    const bool knownBefore = down_ || endedWith_ || breaker_.state() != BreakerState::closed;
    if (awaitsStart()) {
        cause_ = notice::Cause::request;
        launch(now, out);
    } else if (stopWanted_ || paused_ || observeOnly_ || knownBefore) {
        decide(now, out);
    } else {
        reason_ = absent.detail;
        cause_ = notice::Cause::initial;
        launch(now, out);
    }
}

void Subject::on(const event::Down& down, Moment now, Outbox& out) {
    if (phase_ == Phase::launching && launched_ == down.instance) {
        if (confirmsStart() && down.exit.reason == ExitReason::exited && down.exit.code == 0) {
            // It may have forked its daemon off: the monitor will say whether that came up.
            predecessor_ = launched_;
            launched_.reset();
            return;
        }
        lastExit_ = LastExit{down.exit, pidOf(down.instance), now, std::nullopt};
        startFailed(describe(down.exit) + " while it was starting", now, out);
        return;
    }
    if (phase_ == Phase::looking && known_ == down.instance && !stopWanted_) {
        // It ended while Healer was not running, and its unit knows how. Absent follows.
        noteDown(*known_, judged(down.exit), now, out);
        known_.reset();
        return;
    }
    if (sick_ == down.instance) {
        sick_.reset();
        predecessor_ = down.instance;
        track(std::nullopt, out);
        announce(notice::InstanceEnded{pidOf(down.instance), down.exit, notice::EndedKind::unhealthy}, out);
        return;
    }
    if ((phase_ == Phase::up || phase_ == Phase::stopping) && key_ == down.instance) {
        noteDown(down.instance, judged(down.exit), now, out);
        gone(now, out);
    }
}

void Subject::noteDown(Instance key, const Exit& exit, Moment now, Outbox& out) {
    predecessor_ = key;
    if (phase_ == Phase::stopping && afterStop_ == AfterStop::relaunch) {
        announce(notice::InstanceEnded{pidOf(key), exit, notice::EndedKind::restarting}, out);
        return;
    }
    LastExit last{exit, pidOf(key), now, std::nullopt};
    if (activeSince_ && now.at >= activeSince_->at) {
        last.runtime = now.at - activeSince_->at;
    }
    lastExit_ = std::move(last);
    activeSince_.reset();
    downAt_ = now.at;
    const bool asked = phase_ == Phase::stopping && afterStop_ != AfterStop::startFailed;
    if (asked || stopWanted_) {
        announce(notice::InstanceEnded{pidOf(key), exit, notice::EndedKind::requested}, out);
        return;
    }
    endedWith_ = exit;
    if (phase_ != Phase::stopping) {
        incident_ = ++out.lastIncident;
        announceDisconnected(exit, out);
        announce(notice::ProcessDown{pidOf(key), exit, describe(exit)}, out);
    }
}

/// The instance has ended (it may still be letting go of what it holds).
void Subject::gone(Moment now, Outbox& out) {
    const bool wasStopping = phase_ == Phase::stopping;
    key_.reset();
    track(std::nullopt, out);
    if (!wasStopping || afterStop_ == AfterStop::rest) {
        decide(now, out);
    } else if (afterStop_ == AfterStop::launch) {
        cause_ = notice::Cause::request;
        check(now, out);
    } else if (afterStop_ == AfterStop::relaunch) {
        relaunch(now, out);
    } else {
        startFailed(std::exchange(failure_, {}), now, out);
    }
}

/// What was ended for it is gone: on with the start, unless somebody has said otherwise meanwhile.
void Subject::relaunch(Moment now, Outbox& out) {
    if (stopWanted_ || (paused_ && !awaitsStart())) {
        decide(now, out);
    } else {
        launch(now, out);
    }
}

void Subject::on(const event::LaunchFinished& finished, Moment now, Outbox& out) {
    const bool awaited = phase_ == Phase::launching && finished.attempt == attempt_ && !launchAnswered_;
    if (!awaited) {
        if (finished.outcome.ok()) {
            lateLaunch(*finished.outcome, now, out);
        }
        return;
    }
    launchAnswered_ = true;
    if (!finished.outcome.ok()) {
        startFailed(finished.outcome.error().message, now, out);
    } else if (confirmsStart()) {
        launched_ = *finished.outcome;
        reason_ = "started as PID " + std::to_string(pidOf(*launched_)) + ", not confirmed yet";
        track(launched_, out);
        confirm(now, out);
    } else {
        startSucceeded(*finished.outcome, now, out);
    }
}

/// A start that nobody waits for any more has succeeded after all: it becomes the instance, or is ended.
void Subject::lateLaunch(Instance key, Moment now, Outbox& out) {
    if (key == key_ || key == launched_ || key == predecessor_) {
        return;
    }
    switch (phase_) {
    case Phase::looking:
    case Phase::waiting:
    case Phase::deferred:
    case Phase::open:
    case Phase::checking:
        announce(notice::Adopted{pidOf(key)}, out);
        enterUp(key, now, out);
        break;
    case Phase::resting:
        stop(key, AfterStop::rest, now, out);
        break;
    case Phase::up:
    case Phase::launching:
    case Phase::stopping:
        if (!confirmsStart()) {
            announce(notice::SecondCopy{pidOf(key)}, out);
            out.actions.emplace_back(action::Stop{name(), key, false});
        }
        break;
    case Phase::off:
        break;
    }
}

void Subject::on(const event::StoppedOnPurpose& stopped, Moment now, Outbox& out) {
    if (phase_ == Phase::stopping && key_ && !plan_->unit.empty()) {
        // The unit may be down before the answer that tells that it was Healer who stopped it.
        Exit exit;
        exit.reason = ExitReason::vanished;
        exit.detail = stopped.detail;
        noteDown(*key_, exit, now, out);
        gone(now, out);
        return;
    }
    const bool answersLaunch = phase_ == Phase::launching && !launchAnswered_;
    if (answersLaunch && (cause_ == notice::Cause::failure || cause_ == notice::Cause::trial)) {
        breaker_.uncountStart();
    }
    stopWanted_ = true;
    stopOfOthers_ = true;
    stopDetail_ = stopped.detail;
    if (answersLaunch) {
        launchAnswered_ = true;
        startFailed(stopped.detail, now, out);
    } else if (phase_ == Phase::waiting || phase_ == Phase::deferred || phase_ == Phase::open ||
               phase_ == Phase::checking) {
        decide(now, out);
    }
}

void Subject::on(const event::StopFailed& failed, Moment /*now*/, Outbox& out) {
    if (phase_ == Phase::stopping) {
        announce(notice::StopFailed{failed.detail}, out);
    }
}

} // namespace healer::core
