// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The plan: a validated configuration as plain values. Comparable, so that a reload can see what changed.
namespace healer::core {

enum class LogLevel { error, warn, info, debug, trace };
enum class LaunchMode { automatic, service, direct };
enum class RestartOn { always, failure, abnormal };
/// What a stop reaches besides the main process, as KillMode= of systemd: all get the stop signal; the others
/// are killed when the main process has ended; or they are left alone.
enum class KillMode { group, mixed, process };

/// The account that a process runs as, resolved when the configuration was read.
struct User {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups; ///< all groups, the primary one included, as getgrouplist(3) answers
    std::string home;
    std::string shell;

    bool operator==(const User&) const = default;
};

/// What to start, and as which user.
struct CommandPlan {
    std::string path;              ///< absolute
    std::vector<std::string> args; ///< argv[1] and on
    User user;
    std::string workingDirectory; ///< absolute
    std::map<std::string, std::string> environment;
    /// Absolute paths, read at each start; '-' in front: it may be missing.
    std::vector<std::string> environmentFiles = {};
    std::optional<std::string> output; ///< absolute path to append to; none: the launch kind's default

    bool operator==(const CommandPlan&) const = default;
};

/// How a live instance is ended before a restart: the signal, then SIGKILL after the time-out.
struct StopPlan {
    int signal = 15;
    Duration timeout = std::chrono::seconds(10);
    KillMode mode = KillMode::group;

    bool operator==(const StopPlan&) const = default;
};

struct BackoffPlan {
    Duration initial{0};
    double multiplier = 2;
    Duration max = std::chrono::seconds(30);
    unsigned jitterPercent = 10;

    bool operator==(const BackoffPlan&) const = default;
};

struct RecoveryPlan {
    unsigned retries = 3;
    Duration retryWindow = std::chrono::seconds(60);
    Duration cooldown = std::chrono::seconds(180);
    RestartOn restartOn = RestartOn::always;
    /// Exit statuses and signals: those that are no failure, and those after which it is not started again.
    std::vector<std::string> successExitStatus = {};
    std::vector<std::string> noRestartExitStatus = {};
    BackoffPlan backoff;
    double cooldownMultiplier = 1;
    Duration cooldownMax = std::chrono::seconds(3600);
    Duration stable = std::chrono::seconds(10);

    bool operator==(const RecoveryPlan&) const = default;
};

/// A monitor's setting after parsing. Durations are given in seconds in YAML and kept as Duration here.
using ArgValue = std::variant<bool, std::int64_t, double, std::string, Duration, std::vector<std::string>,
                              std::map<std::string, std::string>>;

/// What a kind of monitor observes: which process the instance is and that it ended, or whether the service
/// works.
enum class MonitorRole { instance, probe };

/// One entry of `monitor`/`monitors`: the kind and all its settings, defaults filled in.
struct MonitorPlan {
    std::string type;
    std::map<std::string, ArgValue, std::less<>> args;
    /// True when this kind itself finds out that a start succeeded (a PID file, a probe); false when a
    /// started program counts as up.
    bool confirmsStart = false;
    MonitorRole role = MonitorRole::instance;

    bool operator==(const MonitorPlan&) const = default;
};

enum class DependencyKind { requirement, after };
enum class DependencyFailure { abort, skip, degrade };
enum class Propagate { none, restart };

struct DependencyPlan {
    std::string target;
    DependencyKind kind = DependencyKind::requirement;
    bool hard = true;
    Duration maxWait = std::chrono::seconds(30);
    DependencyFailure onFailure = DependencyFailure::abort;
    Propagate propagate = Propagate::none;
    std::string origin =
        {}; ///< the setting of the unit file that it was taken from; empty: the configuration

    bool operator==(const DependencyPlan&) const = default;
};

struct ProcessPlan {
    std::string name;
    bool enabled = true;
    /// Why it cannot be watched or started for now: a program, user or directory is missing that may be there
    /// later. Empty: nothing is missing.
    std::string unavailable;
    bool unitDependencies = false; ///< `dependencies` are those of the unit file, filled in once known
    std::string unit; ///< an existing unit of systemd, with its suffix; empty when `command` is started
    CommandPlan command;
    StopPlan stop;
    Duration startTimeout = std::chrono::seconds(30);
    /// For a `unit`, what is not given is up to the unit itself (TimeoutStartSec=, TimeoutStopSec=).
    bool startTimeoutGiven = false;
    bool stopTimeoutGiven = false;
    std::vector<MonitorPlan> monitors;
    RecoveryPlan recovery;
    std::vector<DependencyPlan> dependencies;

    bool operator==(const ProcessPlan&) const = default;
};

/// Whether there is something to watch: it is enabled, and nothing is missing.
[[nodiscard]] inline bool isWatchable(const ProcessPlan& process) {
    return process.enabled && process.unavailable.empty();
}

/// A value that never changes, shared by its copies; compared as a value.
template <typename T>
class Shared {
public:
    Shared(T value)
        : value_(std::make_shared<const T>(std::move(value))) {} // NOLINT(google-explicit-constructor)

    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }
    bool operator==(const Shared& other) const { return value_ == other.value_ || *value_ == *other.value_; }

private:
    std::shared_ptr<const T> value_;
};

struct Plan {
    LogLevel logLevel = LogLevel::info;
    std::optional<std::string> logDirectory;
    std::optional<std::string> pidFileDirectory;
    std::string workingDirectory = "/";
    LaunchMode launch = LaunchMode::automatic;
    bool observeOnly = false;
    std::vector<Shared<ProcessPlan>> processes; ///< sorted by name, names unique

    bool operator==(const Plan&) const = default;
};

} // namespace healer::core
