// SPDX-License-Identifier: Apache-2.0
#include "launch/direct/start_gate.hpp"

#include <chrono>

namespace healer::launch::direct {

namespace {

/// A child needs about a millisecond, and more on a busy machine.
constexpr core::Duration kPatience = std::chrono::milliseconds(100);

} // namespace

void StartGate::enter(const std::string& name) {
    waiting_.push_back(name);
    admit();
}

void StartGate::leave(const std::string& name) {
    if (inside_.erase(name) > 0) {
        progress_ = loop_.now();
    } else {
        std::erase(waiting_, name);
    }
    admit();
}

void StartGate::admit() {
    if (std::exchange(admitting_, true)) {
        return; // it goes on with those that have become free
    }
    while (!waiting_.empty() && inside_.size() < kMost) {
        const std::string name = std::move(waiting_.front());
        waiting_.pop_front();
        inside_.insert(name);
        go_(name);
    }
    admitting_ = false;
    if (waiting_.empty()) {
        timer_.reset();
    } else if (!timer_) {
        progress_ = loop_.now();
        watchProgress(progress_ + kPatience);
    }
}

void StartGate::watchProgress(core::TimePoint when) {
    timer_ = loop_.addTimer(when, [this] {
        timer_.reset();
        if (const auto due = progress_ + kPatience; loop_.now() < due) {
            watchProgress(due);
        } else {
            inside_.clear();
            admit();
        }
    });
}

} // namespace healer::launch::direct
