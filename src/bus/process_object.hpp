// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/requests.hpp"
#include "dbus/process_adaptor.hpp"

#include <string>
#include <vector>

namespace healer::bus {

/// /org/healer/process/NAME: one process, read from the backend whenever somebody asks. The references
/// outlive it.
class ProcessObject final
    : public sdbus::AdaptorInterfaces<org::healer::Process_adaptor, sdbus::ManagedObject_adaptor> {
public:
    ProcessObject(sdbus::IConnection& connection, Requests& requests, std::string name);
    ProcessObject(const ProcessObject&) = delete;
    ProcessObject& operator=(const ProcessObject&) = delete;
    virtual ~ProcessObject();

    /// Sends PropertiesChanged with these properties and their present values.
    void announce(const std::vector<const char*>& properties);

private:
    void Restart(sdbus::Result<std::uint32_t>&& result) override;
    void Start(sdbus::Result<std::uint32_t>&& result) override;
    void Stop(sdbus::Result<>&& result) override;
    void Pause(sdbus::Result<>&& result) override;
    void Resume(sdbus::Result<>&& result) override;
    void ResetBreaker(sdbus::Result<>&& result) override;

    std::string Name() override;
    std::string State() override;
    std::string BreakerState() override;
    std::uint64_t BreakerRetryUSec() override;
    std::uint32_t PID() override;
    std::string Unit() override;
    std::vector<std::string> Command() override;
    std::vector<std::string> Monitors() override;
    std::uint64_t RestartCount() override;
    std::uint64_t ActiveSinceUSec() override;
    std::string StateReason() override;
    bool Degraded() override;
    std::vector<sdbus::Struct<std::string, std::string, bool, std::string>> Dependencies() override;
    std::map<std::string, std::string> DependencyOrigins() override;
    std::map<std::string, sdbus::Variant> LastExit() override;

    void change(sdbus::Result<>&& result, core::event::Verb verb);
    void startOrRestart(sdbus::Result<std::uint32_t>&& result, core::event::Verb verb);

    Requests& requests_;
    std::string name_;
};

} // namespace healer::bus
