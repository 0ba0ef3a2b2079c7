// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/guard.hpp"
#include "bus/process_properties.hpp"
#include "bus/requests.hpp"
#include "dbus/process_adaptor.hpp"

#include <string>
#include <vector>

namespace healer::bus {

/// /org/healer/process/NAME: one process, read from the backend at each request. The references
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
    /// The value by the table.
    template <FixedText kName>
    auto read() const {
        return guarded(
            [this] { return valueOf<kName>(kProcessProperties, factsOf(requests_.backend(), name_)); });
    }

    void Restart(sdbus::Result<std::uint32_t>&& result) override;
    void Start(sdbus::Result<std::uint32_t>&& result) override;
    void Stop(sdbus::Result<>&& result) override;
    void Pause(sdbus::Result<>&& result) override;
    void Resume(sdbus::Result<>&& result) override;
    void ResetBreaker(sdbus::Result<>&& result) override;

    std::string Name() override { return read<"Name">(); }
    std::string State() override { return read<"State">(); }
    std::string BreakerState() override { return read<"BreakerState">(); }
    std::uint64_t BreakerRetryUSec() override { return read<"BreakerRetryUSec">(); }
    std::uint32_t PID() override { return read<"PID">(); }
    std::string Unit() override { return read<"Unit">(); }
    std::vector<std::string> Command() override { return read<"Command">(); }
    std::vector<std::string> Monitors() override { return read<"Monitors">(); }
    std::uint64_t RestartCount() override { return read<"RestartCount">(); }
    std::uint64_t ActiveSinceUSec() override { return read<"ActiveSinceUSec">(); }
    std::string StateReason() override { return read<"StateReason">(); }
    bool Degraded() override { return read<"Degraded">(); }
    std::vector<DependencyRow> Dependencies() override { return read<"Dependencies">(); }
    std::map<std::string, std::string> DependencyOrigins() override { return read<"DependencyOrigins">(); }
    Dictionary LastExit() override { return toDictionary(read<"LastExit">()); }

    void change(sdbus::Result<>&& result, core::event::Verb verb);
    void startOrRestart(sdbus::Result<std::uint32_t>&& result, core::event::Verb verb);

    Requests& requests_;
    std::string name_;
};

} // namespace healer::bus
