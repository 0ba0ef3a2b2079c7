// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/event_queue.hpp"

#include <optional>
#include <string>
#include <utility>

namespace healer::monitor::unit {

/// Stands in where units cannot be watched: nothing is ever there.
class AbsentMonitor final : public Monitor {
public:
    AbsentMonitor(runtime::Loop& loop, MonitorContext context, std::string why)
        : process_(context.process.name), why_(std::move(why)), events_(loop, std::move(context.report)) {}

    void start(std::optional<core::Instance> /*known*/) override { look(); }
    void follow(std::optional<core::Instance> /*key*/) override {}
    void look() override { events_.post(core::event::Absent{process_, why_}); }

private:
    std::string process_;
    std::string why_;
    EventQueue events_;
};

} // namespace healer::monitor::unit
