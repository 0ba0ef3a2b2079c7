// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/files.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace healer::test {

/// Waits until the condition holds, at most this long; false when it never did.
bool waitFor(const std::function<bool()>& condition,
             std::chrono::milliseconds bound = std::chrono::seconds(20));

/// How a program ended and what it printed.
struct Finished {
    int status = 0; ///< exit status; 128 + signal when a signal ended it
    std::string output;
};

/// A folder for one test, and the Healers that run in it. The destructor ends, by PID, whatever has the
/// folder in its command line.
class HealerRun {
public:
    HealerRun();
    HealerRun(const HealerRun&) = delete;
    HealerRun& operator=(const HealerRun&) = delete;
    ~HealerRun();

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::filesystem::path config() const { return folder_ / "config.yaml"; }
    /// The words "launch: direct" and a log directory, followed by `processes`.
    void writeConfig(const std::string& processes) const;
    /// An entry that runs demo_counter with its PID file in the folder.
    [[nodiscard]] std::string counter(const std::string& name, const std::string& monitor,
                                      const std::string& more = "") const;
    [[nodiscard]] std::string pidMonitor(const std::string& name) const;

    /// Processes started from now on send their service manager notifications to this socket.
    void setNotifySocket(std::filesystem::path path) { notifySocket_ = std::move(path); }
    /// Starts Healer in the foreground and waits until it watches.
    void start();
    /// The same with standard input, output and error closed: nothing is logged, so use `isUp`.
    void startWithoutStreams(const std::function<bool()>& isUp);
    void signal(int number) const;
    /// Waits for the end of the Healer that was started last.
    int wait();
    [[nodiscard]] pid_t pid() const { return healer_; }
    /// Runs Healer with these arguments to its end.
    [[nodiscard]] Finished run(const std::vector<std::string>& arguments) const;

    /// The PID in the PID file of a counter, while that process lives.
    [[nodiscard]] std::optional<pid_t> counterPid(const std::string& name) const;
    /// The same, waited for. Throws when none comes, so that no test ever signals PID 0, its own group.
    [[nodiscard]] pid_t runningPid(const std::string& name) const;
    /// The new instance of a counter after `old`.
    [[nodiscard]] std::optional<pid_t> waitForSuccessor(const std::string& name, pid_t old) const;
    /// Living processes that are this counter.
    [[nodiscard]] int copies(const std::string& name) const;
    /// All that the Healers of this run have logged.
    [[nodiscard]] std::string log() const;
    [[nodiscard]] int logged(const std::string& text) const;

private:
    [[nodiscard]] pid_t spawn(const std::vector<std::string>& arguments,
                              const std::filesystem::path& output) const;

    TemporaryFolder own_;
    std::filesystem::path folder_ = own_.path();
    std::filesystem::path notifySocket_;
    pid_t healer_ = 0;
};

} // namespace healer::test
