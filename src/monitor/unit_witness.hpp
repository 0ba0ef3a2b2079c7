// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/event_queue.hpp"
#include "monitor/monitor.hpp"
#include "runtime/task.hpp"
#include "systemd/manager.hpp"
#include "systemd/missed_end.hpp"

#include <optional>
#include <string>

namespace healer::monitor {

/// Observes nothing, but knows how a process that was followed before Healer was restarted has ended: it asks
/// the unit of that process, and the journal where the unit is no longer loaded. Its answer to start() is
/// event::StoppedOnPurpose where another client has stopped the unit meanwhile, event::Down of that
/// incarnation where systemd knows its end, and event::Absent.
class UnitWitness final : public Monitor {
public:
    /// `loop` and `manager` outlive it.
    UnitWitness(runtime::Loop& loop, systemd::Manager& manager, std::string process, std::string unit,
                Report report);

    void start(std::optional<core::Instance> known) override;
    void follow(std::optional<core::Instance> /*key*/) override {}
    void look() override;

private:
    runtime::Task<runtime::Done> listen(core::ProcessKey known);
    void answer(const core::ProcessKey& known, const systemd::MissedEnd& ending);

    runtime::Loop& loop_;
    systemd::Manager& manager_;
    std::string process_;
    std::string unit_;
    EventQueue events_;
    runtime::Source patience_;
    std::optional<runtime::Flow> asking_;
    std::optional<runtime::Flow> listening_;
};

} // namespace healer::monitor
