// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/monitor.hpp"
#include "systemd/manager.hpp"

#include <map>
#include <memory>
#include <string>

namespace healer::monitor::unit {

class UnitMonitor;

/// Hands PID 1's signals about jobs to the monitors of the units that they are about.
class UnitHost final : public Host, private systemd::Manager::Observer {
public:
    explicit UnitHost(const HostContext& context);
    ~UnitHost() override;

    [[nodiscard]] std::unique_ptr<Monitor> make(MonitorContext context) override;
    [[nodiscard]] std::string status() const override;

    [[nodiscard]] runtime::Loop& loop() { return context_.loop; }
    [[nodiscard]] runtime::Log& log() { return context_.log; }
    [[nodiscard]] systemd::Manager& manager() { return *context_.systemd; }

    /// From now on this monitor receives the jobs of this unit alone.
    void enter(UnitMonitor& monitor, const std::string& unit);
    void leave(UnitMonitor& monitor);

private:
    void jobNew(const systemd::Job& job) override;
    void jobRemoved(const systemd::Job& job) override;
    void connected() override;
    void disconnected() override;
    void unitFilesRead() override;

    HostContext context_;
    std::multimap<std::string, UnitMonitor*, std::less<>> monitors_; ///< by unit
};

} // namespace healer::monitor::unit
