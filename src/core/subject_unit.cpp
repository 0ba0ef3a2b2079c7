// SPDX-License-Identifier: Apache-2.0
// Subject: what is special about one that systemd runs as a unit.
#include "core/subject.hpp"

#include <utility>

namespace healer::core {

namespace {

/// What a target's own end has done to those that are bound to it is known that soon after.
constexpr Duration kSameMoment = std::chrono::seconds(1);

Exit endedBecauseOf(const std::string& target, Exit exit) {
    exit.reason = ExitReason::unitFailed;
    exit.detail = "systemd stopped it because it is bound to " + target + " (BindsTo=), which had ended";
    return exit;
}

} // namespace

void Subject::on(const event::UnitSettings& settings, Moment /*now*/, Outbox& /*out*/) {
    if (!settings.restart.empty() || unit_) {
        unitSide().restart = settings.restart;
    }
    if (phase_ == Phase::up && !stopWanted_) {
        reason_ = runningReason();
    }
}

/// What does not answer while systemd stops or restarts it has not failed. When the job leaves it as it was,
/// it has. The clock here is systemd's: a job ends at the latest when the unit's own time-outs say so, and
/// with a lost connection to systemd it counts as ended.
void Subject::on(const event::JobUnderWay& job, Moment now, Outbox& out) {
    if (job.underWay) {
        unitSide().jobUnderWay = true;
    } else if (unit_) {
        unit_->jobUnderWay = false;
        const auto held = std::exchange(unit_->heldBack, std::nullopt);
        if (unit_->restart.empty() && unit_->stoppedWith.empty()) {
            unit_.reset();
        }
        if (held) {
            on(*held, now, out);
        }
    }
}

bool Subject::holdsBack(const event::Unhealthy& unhealthy) {
    const bool holds = unit_ && unit_->jobUnderWay;
    if (holds) {
        unit_->heldBack = unhealthy;
    }
    return holds;
}

void Subject::forgetHeldBack() {
    if (unit_) {
        unit_->heldBack.reset();
    }
}

Subject::UnitSide& Subject::unitSide() {
    if (!unit_) {
        unit_ = std::make_unique<UnitSide>();
    }
    return *unit_;
}

std::string Subject::runningReason() const {
    return !unit_ || unit_->restart.empty()
               ? "running"
               : "running; systemd restarts it by itself (Restart=" + unit_->restart +
                     "), Healer only when systemd has given up";
}

bool Subject::tookAlong(std::optional<TimePoint> since) const {
    if (stopWanted_ || phase_ == Phase::off || phase_ == Phase::looking) {
        return false;
    }
    return phase_ != Phase::up || (since && activeSince_ && activeSince_->at > *since);
}

std::optional<TimePoint> Subject::justStopped(Moment now) const {
    const bool fresh = stopOfOthers_ && phase_ == Phase::resting && lastExit_ && lastExit_->runtime &&
                       now.at < lastExit_->at.at + kSameMoment;
    return fresh ? std::optional(lastExit_->at.at - *lastExit_->runtime) : std::nullopt;
}

void Subject::stoppedWith(const std::string& target, Moment now, Outbox& out) {
    unitSide().stoppedWith = target;
    if (phase_ != Phase::resting || !lastExit_) {
        return; // its end is still to be told
    }
    stopWanted_ = false;
    stopOfOthers_ = false;
    stopDetail_.clear();
    lastExit_->exit = endedBecauseOf(target, lastExit_->exit);
    endedWith_ = lastExit_->exit;
    incident_ = ++out.lastIncident;
    announce(notice::ProcessDown{lastExit_->pid, lastExit_->exit, describe(lastExit_->exit)}, out);
    decide(now, out);
}

/// The end as it was told, or as what it followed from.
Exit Subject::judged(const Exit& exit) const {
    return stoppedByTarget() ? endedBecauseOf(unit_->stoppedWith, exit) : exit;
}

bool Subject::stoppedByTarget() const {
    return unit_ && !unit_->stoppedWith.empty();
}

void Subject::forgetStopByTarget() {
    if (unit_) {
        unit_->stoppedWith.clear();
    }
}

} // namespace healer::core
