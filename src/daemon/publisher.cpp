// SPDX-License-Identifier: Apache-2.0
#include "daemon/publisher.hpp"

#include "daemon/announcement.hpp"
#include "runtime/service_manager.hpp"

#include <chrono>
#include <utility>

namespace healer::daemon {

namespace {

constexpr core::Duration kDelay = std::chrono::milliseconds(2);
constexpr core::Duration kSlice = std::chrono::milliseconds(4);
/// While more starts than these are under way, there is a slice only now and then: what is published may lag,
/// and takes time that the starts need.
constexpr std::size_t kManyStarts = 16;
constexpr core::Duration kStormPause = std::chrono::milliseconds(50);
constexpr core::Duration kStoreCheck = std::chrono::milliseconds(50);
constexpr core::Duration kStoreRecheck = std::chrono::seconds(1);

} // namespace

void Publisher::announce(core::action::Announce announce, core::Moment at) {
    pending_.push_back({std::move(announce), core::usecOf(at.wall)});
    schedule(kDelay);
}

void Publisher::changed(const std::string& name) {
    changed_.insert(name);
    statusDue_ = true;
    schedule(kDelay);
}

void Publisher::removed(const std::string& name) {
    changed_.erase(name);
    parts_.history.forget(name);
    parts_.store.remove(name);
    statusDue_ = true;
    schedule(kDelay);
}

void Publisher::flush() {
    timer_.reset();
    while (publishNext()) {
    }
}

void Publisher::schedule(core::Duration delay) {
    if (!timer_) {
        timer_ = parts_.loop.addTimer(parts_.loop.now() + delay, [this] { slice(); });
    }
}

void Publisher::slice() {
    timer_.reset();
    const auto end = parts_.loop.now() + kSlice;
    while (publishNext()) {
        if (parts_.loop.now() >= end) {
            const bool storm = parts_.coordinator.census().underWay > kManyStarts;
            schedule(storm ? kStormPause : core::Duration::zero());
            return;
        }
    }
    checkStore(kStoreCheck);
}

void Publisher::checkStore(core::Duration delay) {
    storeCheck_ = parts_.loop.addTimer(parts_.loop.now() + delay, [this] {
        storeCheck_.reset();
        if (!parts_.store.report()) {
            checkStore(kStoreRecheck);
        }
    });
}

/// One item of work; false when there is none.
bool Publisher::publishNext() {
    if (!pending_.empty()) {
        const Pending next = std::move(pending_.front());
        pending_.pop_front();
        publish(next);
        return true;
    }
    if (!changed_.empty()) {
        const std::string name = *changed_.begin();
        changed_.erase(changed_.begin());
        save(name);
        parts_.bus.processChanged(name);
        return true;
    }
    if (std::exchange(statusDue_, false)) {
        parts_.bus.managerChanged();
        if (std::string status = statusText(); status != lastStatus_) {
            runtime::service_manager::status(status);
            lastStatus_ = std::move(status);
        }
        return true;
    }
    return false;
}

void Publisher::publish(const Pending& pending) {
    const std::string& name = pending.announce.name;
    auto [log, history] =
        announcementOf(pending.announce, pending.realtimeUsec, parts_.coordinator.placement(name).unit);
    parts_.log.write(log);
    if (const std::uint64_t seq = parts_.bus.announce(pending.announce); seq != 0) {
        history["seq"] = seq;
    }
    if (parts_.coordinator.view(name) != nullptr) {
        parts_.history.add(name, lineOf(history));
        parts_.store.append(name, parts_.history.of(name).back(), parts_.history.of(name));
        changed_.insert(name);
    }
}

void Publisher::save(const std::string& name) {
    if (const auto snapshot = parts_.coordinator.savedState(name)) {
        parts_.store.save(name, *snapshot);
    }
}

std::string Publisher::statusText() const {
    const auto& census = parts_.coordinator.census();
    std::string text = std::to_string(census.up) + " of " + std::to_string(census.total) + " processes up";
    if (census.tripped != 0) {
        text += ", " + std::to_string(census.tripped) + " tripped";
    }
    return text;
}

} // namespace healer::daemon
