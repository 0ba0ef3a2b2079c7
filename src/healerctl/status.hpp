// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/last_exit.hpp"
#include "core/view.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the daemon shows on D-Bus, typed. Texts are as they came, not printable yet. A value that is missing
/// or has another type, as from a daemon of another version, has its default. Times are on CLOCK_REALTIME, 0
/// for none.
namespace healer::healerctl {

struct DependencyStatus {
    std::string target;
    std::string kind;
    bool hard = true;
    std::string onFailure;
    std::string origin;
};

/// The properties of org.healer.Process.
struct ProcessStatus {
    std::string name;
    std::string stateWord;
    std::optional<core::State> state; ///< none for a word that this version does not know
    std::string stateReason;
    std::string breakerWord;
    std::optional<core::BreakerState> breaker;
    std::uint64_t breakerRetryUsec = 0;
    std::uint32_t pid = 0; ///< 0: none
    std::string unit;
    std::vector<std::string> command;
    std::vector<std::string> monitors;
    std::uint64_t restartCount = 0;
    std::uint64_t activeSinceUsec = 0;
    bool degraded = false;
    std::vector<DependencyStatus> dependencies;
    std::optional<core::LastExit> lastExit;
    nlohmann::json properties; ///< as they came, for --json

    /// Whether `status` of it is that of a process that is up.
    [[nodiscard]] bool isUp() const {
        return state == core::State::running || (state == core::State::paused && pid != 0);
    }
};

/// The properties of org.healer.Manager.
struct ManagerStatus {
    std::string version;
    std::string configPath;
    bool observeOnly = false;
    std::string ebpfStatus;
    std::uint64_t lostEvents = 0;
    std::uint64_t processes = 0;
    std::uint64_t down = 0;
    std::uint64_t tripped = 0;
    std::string lastReloadError;
    nlohmann::json properties; ///< as they came, for --json
};

/// One entry of GetHistory.
struct HistoryEvent {
    std::string event;
    std::string process;
    std::string message;
    std::string error;
    std::uint64_t timeUsec = 0;
    std::uint64_t incident = 0; ///< 0: none
    std::uint64_t seq = 0;      ///< of its signal; 0: none
    std::uint64_t durationUsec = 0;
    std::uint32_t pid = 0;
    bool ok = false;
    nlohmann::json entry; ///< as it came, for --json
};

[[nodiscard]] ProcessStatus processStatus(nlohmann::json properties);
[[nodiscard]] ManagerStatus managerStatus(nlohmann::json properties);
[[nodiscard]] HistoryEvent historyEvent(nlohmann::json entry);
/// The entries as they came, for --json.
[[nodiscard]] nlohmann::json entriesOf(const std::vector<HistoryEvent>& history);
/// None where no key is known.
[[nodiscard]] std::optional<core::LastExit> lastExitIn(const nlohmann::json& details);

} // namespace healer::healerctl
