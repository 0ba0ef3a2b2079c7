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

void UnitSide::setRestart(const std::string& restart) {
    if (!restart.empty() || state_) {
        state().restart = restart;
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
    auto held = std::exchange(state_->heldBack, HeldBack{});
    if (state_->restart.empty() && state_->stoppedWith.empty()) {
        state_.reset();
    }
    return held;
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
    if (!stoppedByTarget()) {
        return exit;
    }
    Exit followed = exit;
    followed.reason = ExitReason::unitFailed;
    followed.detail =
        "systemd stopped it because it is bound to " + state_->stoppedWith + " (BindsTo=), which had ended";
    return followed;
}

} // namespace healer::core
