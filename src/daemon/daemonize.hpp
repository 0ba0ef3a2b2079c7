// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/unique_fd.hpp"

#include <string>

namespace healer::daemon {

/// Tells the process that the user started how the start went; does nothing when there is none (foreground).
/// Destroyed without a word it counts as a failure, and so does a daemon that dies.
class StartupReport {
public:
    StartupReport() = default;
    explicit StartupReport(runtime::UniqueFd pipe) : pipe_(std::move(pipe)) {}

    /// The daemon is ready: the parent exits with 0. Standard input, output and error become /dev/null.
    void ready();
    /// The start has failed: the parent prints the reason and exits with `exitCode`.
    void failed(const std::string& reason, int exitCode);

private:
    runtime::UniqueFd pipe_;
};

/// Becomes a daemon: returns in a new process, in a session of its own. The calling process stays behind,
/// waits for the report and exits accordingly; it never returns from here. Throws std::system_error when it
/// cannot fork.
[[nodiscard]] StartupReport daemonize();

} // namespace healer::daemon
