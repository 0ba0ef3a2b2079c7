// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/requests.hpp"
#include "dbus/manager_adaptor.hpp"

#include <map>
#include <string>
#include <vector>

namespace healer::bus {

/// What org.healer.Manager shows and may change.
struct ManagerSnapshot {
    std::string configPath;
    bool observeOnly = false;
    std::string ebpfStatus;
    std::uint64_t lostEvents = 0;
    std::uint32_t processes = 0;
    std::uint32_t down = 0;
    std::uint32_t tripped = 0;
    std::string lastReloadError;
};

[[nodiscard]] ManagerSnapshot takeManagerSnapshot(const Backend& backend);
/// The names of the org.healer.Manager properties that differ.
[[nodiscard]] std::vector<const char*> changedProperties(const ManagerSnapshot& before,
                                                         const ManagerSnapshot& after);

/// /org/healer: the processes as a whole. The references outlive it.
class ManagerObject final
    : public sdbus::AdaptorInterfaces<org::healer::Manager_adaptor, sdbus::ObjectManager_adaptor> {
public:
    ManagerObject(sdbus::IConnection& connection, Requests& requests);
    ManagerObject(const ManagerObject&) = delete;
    ManagerObject& operator=(const ManagerObject&) = delete;
    virtual ~ManagerObject();

    /// Sends PropertiesChanged with these properties and their present values.
    void announce(const std::vector<const char*>& properties);

private:
    using NameLists =
        sdbus::Result<std::vector<std::string>, std::vector<std::string>, std::vector<std::string>>;

    std::vector<sdbus::Struct<std::string, std::string, std::string, std::uint32_t, sdbus::ObjectPath>>
    ListProcesses() override;
    sdbus::ObjectPath GetProcess(const std::string& name) override;
    sdbus::ObjectPath GetProcessByPID(const std::uint32_t& pid) override;
    void Restart(sdbus::Result<std::uint32_t>&& result, std::string name) override;
    void Start(sdbus::Result<std::uint32_t>&& result, std::string name) override;
    void Stop(sdbus::Result<>&& result, std::string name) override;
    void Pause(sdbus::Result<>&& result, std::string name) override;
    void Resume(sdbus::Result<>&& result, std::string name) override;
    void ResetBreaker(sdbus::Result<>&& result, std::string name) override;
    void Reload(NameLists&& result) override;
    std::vector<std::map<std::string, sdbus::Variant>> GetHistory(const std::string& name,
                                                                  const std::uint32_t& max) override;

    std::string Version() override;
    std::string ConfigPath() override;
    bool ObserveOnly() override;
    std::vector<std::string> MonitorTypes() override;
    std::string EbpfStatus() override;
    std::uint64_t LostEvents() override;
    std::uint32_t ProcessCount() override;
    std::uint32_t DownCount() override;
    std::uint32_t TrippedCount() override;
    std::string LastReloadError() override;

    void change(sdbus::Result<>&& result, core::event::Verb verb, const std::string& name);
    void startOrRestart(sdbus::Result<std::uint32_t>&& result, core::event::Verb verb,
                        const std::string& name);

    Requests& requests_;
};

} // namespace healer::bus
