// SPDX-License-Identifier: Apache-2.0
#include "monitor/outbox.hpp"

#include <utility>

namespace healer::monitor {

Outbox::Outbox(runtime::Loop& loop, Report report) : loop_(loop), state_(std::make_shared<State>()) {
    state_->report = std::move(report);
}

void Outbox::post(core::Event event) {
    state_->events.push_back(std::move(event));
    if (state_->events.size() == 1) {
        state_->next = loop_.addDeferred([box = std::weak_ptr(state_)] { deliver(box); });
    }
}

void Outbox::flush() {
    deliver(state_);
}

void Outbox::deliver(const std::weak_ptr<State>& box) {
    std::vector<core::Event> events;
    if (const auto state = box.lock()) {
        state->next.reset();
        events = std::exchange(state->events, {});
    }
    for (auto& event : events) {
        Report report;
        if (const auto state = box.lock()) {
            report = state->report;
        }
        if (!report) {
            return;
        }
        report(std::move(event));
    }
}

} // namespace healer::monitor
