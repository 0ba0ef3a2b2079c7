// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/files.hpp"

#include <sys/types.h>

#include <string>

namespace healer::test {

/// A dbus-daemon of the test's own, in a folder of its own, that every user may use. It can be stopped and
/// started again at the same address.
class PrivateBus {
public:
    /// Makes the folder and the configuration; start() starts the daemon.
    PrivateBus();
    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;
    ~PrivateBus();

    /// Returns when the daemon listens.
    void start();
    /// Kills the daemon.
    void stop();
    /// Stops and continues the daemon (SIGSTOP, SIGCONT).
    void freeze() const;
    void thaw() const;

    [[nodiscard]] std::string socketPath() const { return folder_ + "/bus"; }
    [[nodiscard]] std::string address() const { return "unix:path=" + socketPath(); }

private:
    test::TemporaryFolder own_;
    std::string folder_ = own_.path();
    pid_t pid_ = 0;
};

} // namespace healer::test
