// SPDX-License-Identifier: Apache-2.0
#include "monitor/probe/patience.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace healer::monitor::probe {

namespace {

/// Most probes end within this, so that they cost one timer. A pause that ends before the limit is seen too.
constexpr core::Duration kSlice = std::chrono::milliseconds(250);

} // namespace

Patience::Patience(runtime::Loop& loop, core::Duration limit, std::function<void()> exhausted)
    : loop_(loop), left_(limit), exhausted_(std::move(exhausted)), stalledBefore_(loop.stalled()),
      stalledSeen_(stalledBefore_), since_(loop.now()) {
    arm();
}

void Patience::arm() {
    due_ = since_ + std::min(left_, kSlice);
    timer_ = loop_.addTimer(due_, [this] { tick(); });
}

void Patience::tick() {
    const auto now = loop_.now();
    const auto stalled = loop_.stalled();
    left_ -= std::max((now - since_) - (stalled - stalledSeen_), core::Duration::zero());
    since_ = now;
    stalledSeen_ = stalled;
    if (left_ > core::Duration::zero()) {
        arm();
    } else {
        due_ = core::TimePoint::max();
        timer_ = loop_.addDeferred([this] {
            const auto exhausted = std::move(exhausted_);
            exhausted();
        });
    }
}

bool Patience::interrupted() {
    if (due_ != core::TimePoint::max()) {
        loop_.noteDue(due_); // the tick may be waiting behind the answer
    }
    return loop_.stalled() != stalledBefore_;
}

} // namespace healer::monitor::probe
