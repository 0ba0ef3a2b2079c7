// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/backend.hpp"
#include "core/coordinator.hpp"
#include "daemon/engine.hpp"
#include "daemon/history.hpp"
#include "daemon/monitor_hosts.hpp"

#include <functional>
#include <string>
#include <vector>

namespace healer::daemon {

/// What the bus reads and asks of the daemon.
class BusBackend final : public bus::Backend {
public:
    struct Parts {
        const core::Coordinator& coordinator;
        const MonitorHosts& hosts;
        const History& history;
        std::string configPath;
        std::function<core::Result<core::notice::Reloaded>()> reload;
    };

    explicit BusBackend(Parts parts) : parts_(std::move(parts)) {}

    /// To be called before the first request.
    void connect(Engine& engine) { engine_ = &engine; }
    /// What the last reload failed with; empty after a good one.
    void setLastReloadError(std::string error) { lastReloadError_ = std::move(error); }

    [[nodiscard]] std::vector<std::string> processNames() const override;
    [[nodiscard]] core::Census census() const override;
    [[nodiscard]] const core::ProcessPlan* plan(const std::string& name) const override;
    [[nodiscard]] const core::ProcessView* view(const std::string& name) const override;
    [[nodiscard]] std::string unitOf(const std::string& name) const override;
    [[nodiscard]] std::vector<bus::HistoryEntry> history(const std::string& name,
                                                         std::size_t max) const override;
    void request(core::event::Verb verb, const std::string& name, Answer answer) override;
    [[nodiscard]] core::Result<core::notice::Reloaded> reload() override;
    [[nodiscard]] std::string configPath() const override;
    [[nodiscard]] bool observeOnly() const override;
    [[nodiscard]] std::vector<std::string> monitorTypes() const override;
    [[nodiscard]] std::string ebpfStatus() const override;
    [[nodiscard]] std::uint64_t lostEvents() const override;
    [[nodiscard]] std::string lastReloadError() const override;

private:
    Parts parts_;
    Engine* engine_ = nullptr;
    std::string lastReloadError_;
};

} // namespace healer::daemon
