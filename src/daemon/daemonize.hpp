// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/unique_fd.hpp"

#include <string>

namespace healer::daemon {

/// Reports the result of the start to the process that the user started; does nothing in the foreground. Its
/// destruction without a report counts as a failure, and so does the death of the daemon.
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

/// Becomes a daemon: returns in a new process, in its own session. The calling process waits for the report
/// and exits accordingly; it never returns from here. Throws std::system_error when it cannot fork.
[[nodiscard]] StartupReport daemonize();

} // namespace healer::daemon
