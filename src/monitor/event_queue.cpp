// SPDX-License-Identifier: Apache-2.0
#include "monitor/event_queue.hpp"

#include <utility>

namespace healer::monitor {

EventQueue::EventQueue(runtime::Loop& loop, Report report) : loop_(loop), state_(std::make_shared<State>()) {
    state_->report = std::move(report);
}

void EventQueue::post(core::Event event) {
    state_->events.push_back(std::move(event));
    if (state_->events.size() == 1) {
        state_->next = loop_.addDeferred([queue = std::weak_ptr(state_)] { deliver(queue); });
    }
}

void EventQueue::flush() {
    deliver(state_);
}

void EventQueue::deliver(const std::weak_ptr<State>& queue) {
    std::vector<core::Event> events;
    if (const auto state = queue.lock()) {
        state->next.reset();
        events = std::exchange(state->events, {});
    }
    for (auto& event : events) {
        Report report;
        if (const auto state = queue.lock()) {
            report = state->report;
        }
        if (!report) {
            return;
        }
        report(std::move(event));
    }
}

} // namespace healer::monitor
