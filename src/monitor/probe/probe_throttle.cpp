// SPDX-License-Identifier: Apache-2.0
#include "monitor/probe/probe_throttle.hpp"

#include <algorithm>

namespace healer::monitor::probe {

namespace {

constexpr int kPerIteration = 4;

} // namespace

void ProbeThrottle::set(Client& client, core::TimePoint when) {
    std::erase(queue_, &client);
    timers_.set(client, when);
}

void ProbeThrottle::clear(Client& client) {
    std::erase(queue_, &client);
    timers_.clear(client);
}

void ProbeThrottle::enqueue(Client& client) {
    queue_.push_back(&client);
    if (!next_) {
        next_ = loop_.addDeferred([this] { serve(); });
    }
}

void ProbeThrottle::serve() {
    next_.reset();
    for (int count = 0; count < kPerIteration && !queue_.empty(); ++count) {
        Client* client = queue_.front();
        queue_.pop_front();
        client->turn();
    }
    if (!queue_.empty() && !next_) {
        next_ = loop_.addDeferred([this] { serve(); });
    }
}

} // namespace healer::monitor::probe
