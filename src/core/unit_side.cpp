// SPDX-License-Identifier: Apache-2.0
#include "core/unit_side.hpp"

#include <utility>

namespace healer::core {

UnitSide::State& UnitSide::state() {
    if (!state_) {
        state_ = std::make_unique<State>();
    }
    return *state_;
}

void UnitSide::learn(const event::UnitSettings& settings) {
    if (!state_ && settings.restart.empty() && !settings.startLimit && !settings.stopLimit) {
        return;
    }
    state().restart = settings.restart;
    state_->startLimit = settings.startLimit;
    state_->stopLimit = settings.stopLimit;
}

std::optional<Duration> UnitSide::startLimit() const {
    return state_ ? state_->startLimit : std::nullopt;
}

std::optional<Duration> UnitSide::stopLimit() const {
    return state_ ? state_->stopLimit : std::nullopt;
}

void UnitSide::noteEnd(const UnitEnd& end) {
    if (!state_ && end == UnitEnd{}) {
        return;
    }
    state().end = end;
    if (!end.stoppedBy.empty()) {
        state_->stoppedWith = end.stoppedBy;
    }
}

void UnitSide::setObstacle(const std::string& obstacle) {
    if (state_ || !obstacle.empty()) {
        state().end.obstacle = obstacle;
    }
}

void UnitSide::forgetEnd() {
    if (state_) {
        state_->end = {};
    }
}

std::string UnitSide::runningReason() const {
    return !state_ || state_->restart.empty()
               ? "running"
               : "running; systemd restarts it by itself (Restart=" + state_->restart +
                     "), Healer only when systemd has given up";
}

UnitSide::HeldBack UnitSide::jobEnded() {
    if (!state_) {
        return {};
    }
    state_->jobUnderWay = false;
    return std::exchange(state_->heldBack, HeldBack{});
}

void UnitSide::jobStarts() {
    if (state_ && state_->jobUnderWay) {
        state_->heldBack.started = true;
    }
}

bool UnitSide::holdsBack(const event::Unhealthy& unhealthy) {
    const bool holds = state_ && state_->jobUnderWay;
    if (holds) {
        state_->heldBack.failure = unhealthy;
    }
    return holds;
}

std::optional<event::Unhealthy> UnitSide::takeSuspicion() {
    return state_ && !state_->jobUnderWay ? std::exchange(state_->heldBack.failure, std::nullopt)
                                          : std::nullopt;
}

bool UnitSide::holdsBack(const event::Down& down) {
    const bool holds = state_ && state_->jobUnderWay;
    if (holds) {
        state_->heldBack.end = down;
    }
    return holds;
}

void UnitSide::forgetFailure() {
    if (state_) {
        state_->heldBack.failure.reset();
    }
}

void UnitSide::forgetHeldBack() {
    if (state_) {
        state_->heldBack = HeldBack{};
    }
}

void UnitSide::forgetStopByTarget() {
    if (state_) {
        state_->stoppedWith.clear();
    }
}

Exit UnitSide::judged(const Exit& exit) const {
    if (!stoppedByTarget() || (!state_->end.stoppedBy.empty() && exit.reason == ExitReason::unitFailed)) {
        return exit; // the monitor has said so already
    }
    Exit followed = exit;
    followed.reason = ExitReason::unitFailed;
    followed.detail =
        "systemd stopped it because it is bound to " + state_->stoppedWith + " (BindsTo=), which had ended";
    return followed;
}

} // namespace healer::core
