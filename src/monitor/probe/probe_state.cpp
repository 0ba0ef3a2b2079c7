// SPDX-License-Identifier: Apache-2.0
#include "monitor/probe/probe_state.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace healer::monitor::probe {

namespace {

/// The first wait between probes of a service that is starting; it doubles up to the interval.
constexpr core::Duration kQuick = std::chrono::milliseconds(100);

} // namespace

bool ProbeState::follow(std::optional<core::Instance> key, core::TimePoint now) {
    if (key == key_) {
        return false;
    }
    key_ = key;
    if (!key) {
        return false;
    }
    graceUntil_ = now + thresholds_.grace;
    health_ = Health::unknown;
    unhealthyReported_ = false;
    run_ = 0;
    restart_ = true;
    quickDelay_ = kQuick;
    return true;
}

void ProbeState::extendGrace(core::Duration pause) {
    if (graceUntil_) {
        *graceUntil_ += pause;
    }
}

void ProbeState::begin() {
    asked_ += std::exchange(waiting_, 0);
    restart_ = false;
}

void ProbeState::abandon() {
    waiting_ += std::exchange(asked_, 0);
}

unsigned ProbeState::dropQuestions() {
    return std::exchange(waiting_, 0) + std::exchange(asked_, 0);
}

Reports ProbeState::finish(Verdict verdict, core::TimePoint now) {
    Reports reports;
    reports.answers = std::exchange(asked_, 0);
    if (verdict == Verdict::passed) {
        passed(reports);
    } else if (verdict == Verdict::failed) {
        failed(now, reports);
    }
    return reports;
}

void ProbeState::passed(Reports& reports) {
    graceUntil_.reset();
    run_ = std::max<std::int64_t>(run_, 0) + 1;
    // After the answer "healthy" the next failure must be reported, even below the failure threshold.
    unhealthyReported_ = unhealthyReported_ && reports.answers == 0;
    if (health_ != Health::healthy && run_ >= thresholds_.successes) {
        health_ = Health::healthy;
        unhealthyReported_ = false;
        reports.healthy = reports.answers == 0;
    }
}

void ProbeState::failed(core::TimePoint now, Reports& reports) {
    if (inGrace(now)) {
        return;
    }
    graceUntil_.reset();
    run_ = std::min<std::int64_t>(run_, 0) - 1;
    if (-run_ < thresholds_.failures) {
        return;
    }
    health_ = Health::unhealthy;
    if (key_) {
        reports.unhealthy = !std::exchange(unhealthyReported_, true);
    }
}

core::TimePoint ProbeState::next(core::TimePoint now) {
    if (waiting_ > 0 || restart_) {
        return now;
    }
    if (key_ && health_ == Health::unknown && quickDelay_ < thresholds_.interval) {
        return now + std::exchange(quickDelay_, 2 * quickDelay_);
    }
    const auto interval = thresholds_.interval.count();
    const auto phase =
        static_cast<core::Duration::rep>(thresholds_.seed % static_cast<std::uint64_t>(interval));
    const auto passed = now.time_since_epoch().count() - phase;
    // The division must round down even when the machine has run for less than one phase.
    const auto beats = passed >= 0 ? passed / interval + 1 : 0;
    return core::TimePoint(core::Duration(beats * interval + phase));
}

} // namespace healer::monitor::probe
