// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log.hpp"
#include "runtime/loop.hpp"
#include "systemd/manager.hpp"

#include <string>

namespace healer::daemon {

/// Keeps systemd able to restart Healer. Where the message bus ends while PID 1 reads its unit files, a unit
/// with BusName= counts as one that could not be loaded: nothing shows it, and its next failure is final.
/// Then PID 1 is had to read the files again.
class OwnUnit final : private systemd::Manager::Observer {
public:
    /// `unit`: that Healer runs in. All outlive it.
    OwnUnit(runtime::Loop& loop, runtime::Log& log, systemd::Manager& manager, std::string unit);
    OwnUnit(const OwnUnit&) = delete;
    OwnUnit& operator=(const OwnUnit&) = delete;
    ~OwnUnit() override;

private:
    void jobNew(const systemd::Job& /*job*/) override {}
    void jobRemoved(const systemd::Job& /*job*/) override {}
    void connected() override { check(); }
    void disconnected() override {}
    void unitFilesRead() override { check(); }

    void check();
    void checked(const systemd::UnitState& state);

    runtime::Loop& loop_;
    runtime::Log& log_;
    systemd::Manager& manager_;
    std::string unit_;
    systemd::Manager::Handle asking_;
    systemd::Manager::Handle reloading_;
    runtime::Source again_;
    core::Duration pause_;
};

/// The service that this process is in; empty: none.
[[nodiscard]] std::string ownService();

} // namespace healer::daemon
