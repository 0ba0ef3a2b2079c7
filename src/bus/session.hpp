// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/connection.hpp"
#include "bus/log_control.hpp"
#include "bus/manager_object.hpp"
#include "bus/polkit_authority.hpp"
#include "bus/process_objects.hpp"

#include <memory>
#include <optional>

namespace healer::bus {

/// Everything that lives as long as one connection: the objects on it and the answers it owes. What cannot be
/// sent is dropped: the connection finds out by itself that it is lost.
class Session {
public:
    /// Exports all objects of the backend. With limits, polkit is asked about callers; without, only root may
    /// change something. The references outlive it.
    Session(runtime::Loop& loop, std::unique_ptr<Connection> connection, Backend& backend, LogSettings& log,
            const std::optional<PolkitLimits>& polkit);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() = default;

    [[nodiscard]] Connection& connection() { return *connection_; }
    [[nodiscard]] ManagerObject& manager() { return manager_; }

    [[nodiscard]] ProcessObjects& processes() { return processes_; }

private:
    std::unique_ptr<Connection> connection_;
    std::unique_ptr<Authority> authority_;
    Requests requests_;
    ManagerObject manager_;
    LogControl logControl_;
    ProcessObjects processes_;
};

} // namespace healer::bus
