// SPDX-License-Identifier: Apache-2.0
#include "launch/predecessor_wait.hpp"

#include "runtime/pidfd.hpp"

#include <chrono>
#include <utility>

namespace healer::launch {

namespace {

constexpr core::Duration kPause = std::chrono::milliseconds(50);

} // namespace

PredecessorWait::PredecessorWait(runtime::Loop& loop, std::optional<core::Instance> predecessor,
                                 Callback callback)
    : loop_(loop), callback_(std::move(callback)) {
    if (const auto process = core::processOf(predecessor)) {
        watch(*process);
    } else {
        source_ = loop_.addDeferred([this] { answer({}); });
    }
}

void PredecessorWait::watch(core::ProcessKey predecessor) {
    auto held = loop_.processEnds().await(predecessor, [this](const core::Exit&) { answer({}); });
    if (!held && runtime::mayRun(predecessor)) {
        source_ = loop_.addTimer(loop_.now() + kPause, [this, predecessor] { watch(predecessor); });
        return;
    }
    end_ = held ? std::move(*held) : runtime::ProcessEnd();
    if (!end_) {
        source_ = loop_.addDeferred([this] { answer({}); });
    }
}

void PredecessorWait::answer(const core::Result<void>& outcome) {
    source_.reset();
    end_.reset();
    // Moved out first: the callback may destroy this object.
    const auto callback = std::move(callback_);
    callback(outcome);
}

} // namespace healer::launch
