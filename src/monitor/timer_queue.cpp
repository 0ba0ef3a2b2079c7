// SPDX-License-Identifier: Apache-2.0
#include "monitor/timer_queue.hpp"

namespace healer::monitor {

void TimerQueue::set(Client& client, core::TimePoint when) {
    clear(client);
    times_.emplace(when, &client);
    byClient_.emplace(&client, when);
    arm();
}

void TimerQueue::setNext(Client& client, core::Duration interval) {
    const auto now = loop_.now().time_since_epoch();
    set(client, core::TimePoint((now / interval + 1) * interval));
}

void TimerQueue::clear(Client& client) {
    if (const auto entry = byClient_.find(&client); entry != byClient_.end()) {
        times_.erase({entry->second, &client});
        byClient_.erase(entry);
        if (times_.empty()) {
            timer_.reset();
        }
    }
}

void TimerQueue::arm() {
    const auto first = times_.begin()->first;
    if (!timer_ || first < armedFor_) {
        armedFor_ = first;
        timer_ = loop_.addTimer(first, [this] { fire(); });
    }
}

void TimerQueue::fire() {
    const auto now = loop_.now();
    timer_.reset();
    std::set<Client*> expired;
    for (auto entry = times_.begin(); entry != times_.end() && entry->first <= now; ++entry) {
        expired.insert(entry->second);
    }
    for (Client* client : expired) {
        // Looked up again: an earlier client may have destroyed this one or changed its deadline.
        const auto entry = byClient_.find(client);
        if (entry != byClient_.end() && entry->second <= now) {
            clear(*client);
            client->due();
        }
    }
    if (!times_.empty()) {
        arm();
    }
}

} // namespace healer::monitor
