// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/event_queue.hpp"
#include "monitor/monitor.hpp"
#include "runtime/task.hpp"
#include "systemd/manager.hpp"

#include <optional>
#include <string>

namespace healer::monitor {

/// Observes nothing, but knows how a process that was followed before Healer was restarted has ended: it asks
/// the unit of that process. Its answer to start() is event::Down of that incarnation where systemd knows its
/// end, and event::Absent.
class UnitWitness final : public Monitor {
public:
    /// `loop` and `manager` outlive it.
    UnitWitness(runtime::Loop& loop, systemd::Manager& manager, std::string process, std::string unit,
                Report report);

    void start(std::optional<core::Instance> known) override;
    void follow(std::optional<core::Instance> /*key*/) override {}
    void look() override;

private:
    runtime::Task<std::optional<core::Exit>> ask(core::ProcessKey known);
    void answer(const core::ProcessKey& known, const std::optional<core::Exit>& exit);

    runtime::Loop& loop_;
    systemd::Manager& manager_;
    std::string process_;
    std::string unit_;
    EventQueue events_;
    runtime::Source patience_;
    std::optional<runtime::Flow> asking_;
};

} // namespace healer::monitor
