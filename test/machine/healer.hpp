// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/backend.hpp"
#include "daemon/daemon.hpp"
#include "runtime/log_hub.hpp"

#include <memory>
#include <string>

namespace healer::machine {

class Machine;

/// The daemon on the simulated machine: it is started, ended and killed there.
class Healer {
public:
    /// `folder` holds its configuration and its state.
    Healer(Machine& machine, std::string folder);
    Healer(const Healer&) = delete;
    Healer& operator=(const Healer&) = delete;
    ~Healer();

    void start();
    /// As systemctl does.
    void stop();
    void kill();
    /// To be called between two turns of the loop: what was killed is taken away.
    void bury();

    [[nodiscard]] bool runs() const { return daemon_ != nullptr; }
    /// What the bus reaches; it must be running.
    [[nodiscard]] bus::Backend& backend() { return daemon_->backend(); }

private:
    Machine& machine_;
    std::string folder_;
    std::unique_ptr<runtime::LogHub> log_;
    std::unique_ptr<daemon::Daemon> daemon_;
};

} // namespace healer::machine
