// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/guard.hpp"
#include "bus/manager_properties.hpp"
#include "bus/requests.hpp"
#include "dbus/manager_adaptor.hpp"

#include <map>
#include <string>
#include <vector>

namespace healer::bus {

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
    /// The value by the table.
    template <FixedText kName>
    auto read() const {
        return guarded([this] { return valueOf<kName>(kManagerProperties, requests_.backend()); });
    }

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

    std::string Version() override { return read<"Version">(); }
    std::string ConfigPath() override { return read<"ConfigPath">(); }
    bool ObserveOnly() override { return read<"ObserveOnly">(); }
    std::vector<std::string> MonitorTypes() override { return read<"MonitorTypes">(); }
    std::string EbpfStatus() override { return read<"EbpfStatus">(); }
    std::uint64_t LostEvents() override { return read<"LostEvents">(); }
    std::uint32_t ProcessCount() override { return read<"ProcessCount">(); }
    std::uint32_t DownCount() override { return read<"DownCount">(); }
    std::uint32_t TrippedCount() override { return read<"TrippedCount">(); }
    std::string LastReloadError() override { return read<"LastReloadError">(); }

    void change(sdbus::Result<>&& result, core::event::Verb verb, const std::string& name);
    void startOrRestart(sdbus::Result<std::uint32_t>&& result, core::event::Verb verb,
                        const std::string& name);

    Requests& requests_;
};

} // namespace healer::bus
