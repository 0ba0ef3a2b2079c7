// SPDX-License-Identifier: Apache-2.0
#include "monitor/probe/pace.hpp"

#include <algorithm>

namespace healer::monitor::probe {

namespace {

constexpr int kInOneTurn = 4;

} // namespace

void Pace::set(Client& client, core::TimePoint when) {
    std::erase(queue_, &client);
    schedule_.set(client, when);
}

void Pace::clear(Client& client) {
    std::erase(queue_, &client);
    schedule_.clear(client);
}

void Pace::enqueue(Client& client) {
    queue_.push_back(&client);
    if (!next_) {
        next_ = loop_.addDeferred([this] { serve(); });
    }
}

void Pace::serve() {
    next_.reset();
    for (int count = 0; count < kInOneTurn && !queue_.empty(); ++count) {
        Client* client = queue_.front();
        queue_.pop_front();
        client->turn();
    }
    if (!queue_.empty() && !next_) {
        next_ = loop_.addDeferred([this] { serve(); });
    }
}

} // namespace healer::monitor::probe
