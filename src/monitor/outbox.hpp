// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/monitor.hpp"

#include <memory>
#include <vector>

namespace healer::monitor {

/// Hands a monitor's events to its Report from the loop, in order, whoever posts them. After its destruction,
/// also by a report itself, nothing is reported.
class Outbox {
public:
    Outbox(runtime::Loop& loop, Report report);
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;
    ~Outbox() = default;

    void post(core::Event event);
    /// Hands over what is there without waiting for the loop's next turn: for those whom the loop has called.
    void flush();

private:
    struct State {
        Report report;
        std::vector<core::Event> events;
        runtime::Source next;
    };
    static void deliver(const std::weak_ptr<State>& box);

    runtime::Loop& loop_;
    std::shared_ptr<State> state_;
};

} // namespace healer::monitor
