// SPDX-License-Identifier: Apache-2.0
#include "monitor/schedule.hpp"

namespace healer::monitor {

void Schedule::set(Client& client, core::TimePoint when) {
    clear(client);
    times_.emplace(when, &client);
    byClient_.emplace(&client, when);
    arm();
}

void Schedule::setNext(Client& client, core::Duration interval) {
    const auto now = runtime::Loop::now().time_since_epoch();
    set(client, core::TimePoint((now / interval + 1) * interval));
}

void Schedule::clear(Client& client) {
    if (const auto entry = byClient_.find(&client); entry != byClient_.end()) {
        times_.erase({entry->second, &client});
        byClient_.erase(entry);
        if (times_.empty()) {
            timer_.reset();
        }
    }
}

void Schedule::arm() {
    const auto first = times_.begin()->first;
    if (!timer_ || first < armedFor_) {
        armedFor_ = first;
        timer_ = loop_.addTimer(first, [this] { fire(); });
    }
}

void Schedule::fire() {
    const auto now = runtime::Loop::now();
    timer_.reset();
    std::set<Client*> expected;
    for (auto entry = times_.begin(); entry != times_.end() && entry->first <= now; ++entry) {
        expected.insert(entry->second);
    }
    for (Client* client : expected) {
        // Looked up again each time: an earlier client may have ended or moved this one.
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
