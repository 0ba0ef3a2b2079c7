// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/backend.hpp"
#include "bus/bus_mode.hpp"
#include "bus/log_settings.hpp"
#include "bus/manager_object.hpp"
#include "bus/polkit_authority.hpp"
#include "bus/process_properties.hpp"
#include "core/action.hpp"
#include "runtime/log.hpp"
#include "runtime/loop.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace healer::bus {

class BusProbe;
class Session;

/// Healer on D-Bus. Connects by itself, and again whenever the bus has gone away; without a bus everything
/// below is cheap and does nothing visible. Changes of a process are gathered and sent in the loop's next
/// iteration, those of Healer as a whole (the counts) within 50 ms.
class Service {
public:
    struct Settings {
        BusMode mode;
        LogSettings log;
        std::optional<PolkitLimits>
            polkit; ///< ask polkit about callers that are not root; empty: refuse them
        std::function<void()> onNameAcquired; ///< each time that the name has become ours
        /// Each time that the name is not, or no longer, ours: no bus, connection lost, name taken by
        /// another. Comes within 5 s of start() when there is no bus.
        std::function<void(const std::string& why)> onUnavailable;
    };

    /// The references outlive it.
    Service(runtime::Loop& loop, runtime::Log& log, Backend& backend, Settings settings);
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    ~Service();

    /// Begins to connect; the backend must be ready to be read.
    void start();
    /// Whether the name is ours.
    [[nodiscard]] bool connected() const { return nameOwned_; }

    /// The set of processes has changed; to be called when the backend already knows the new set.
    void processesChanged(const std::vector<std::string>& added, const std::vector<std::string>& removed);
    /// Something visible of this process may have changed; what really has is sent.
    void processChanged(const std::string& name);
    /// Something visible of Healer as a whole may have changed.
    void managerChanged();

    /// Sends the signal of org.healer.Manager that this event has. Its `seq`, for the history; 0 when it has
    /// none.
    std::uint64_t announce(const core::action::Announce& announce);
    std::uint64_t announce(const core::notice::Reloaded& reloaded);

private:
    void attempt();
    void probed(const core::Result<void>& outcome);
    void requestName();
    void nameAnswered(const core::Result<bool>& owned);
    void unavailable(const std::string& why);
    void retryIn(core::Duration delay, void (Service::*what)());
    void retryConnecting();
    void publishLater();
    void publish();
    void publishManagerLater();
    void publishManager();
    template <typename Notice>
    std::uint64_t signal(const std::string& name, std::uint64_t incident, const Notice& notice);

    runtime::Loop& loop_;
    runtime::Log& log_;
    Backend& backend_;
    Settings settings_;

    std::map<std::string, ProcessFingerprint> published_;
    ManagerFingerprint publishedManager_{};
    std::set<std::string> changed_;
    std::uint64_t seq_ = 0;

    std::unique_ptr<BusProbe> probe_;
    std::unique_ptr<Session> session_;
    bool nameOwned_ = false;
    core::Duration backoff_;
    std::string lastComplaint_;
    runtime::Source retry_;
    runtime::Source publication_;
    runtime::Source managerPublication_;
};

} // namespace healer::bus
