// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/monitor.hpp"

#include <memory>
#include <vector>

namespace healer::monitor {

/// Queues the events of a monitor and passes them to its Report from the loop, in order. Nothing is reported
/// after its destruction, which may happen inside a report.
class EventQueue {
public:
    EventQueue(runtime::Loop& loop, Report report);
    EventQueue(const EventQueue&) = delete;
    EventQueue& operator=(const EventQueue&) = delete;
    ~EventQueue() = default;

    void post(core::Event event);
    /// Reports what is queued without waiting for the next iteration. Call it only from a callback of the
    /// loop.
    void flush();

private:
    struct State {
        Report report;
        std::vector<core::Event> events;
        runtime::Source next;
    };
    static void deliver(const std::weak_ptr<State>& queue);

    runtime::Loop& loop_;
    std::shared_ptr<State> state_;
};

} // namespace healer::monitor
