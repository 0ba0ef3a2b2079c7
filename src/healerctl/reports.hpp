// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/terminal.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

/// What the reading commands print for people. Everything that comes from the daemon goes through
/// printable().
namespace healer::healerctl {

/// NAME STATE BREAKER PID SINCE RESTARTS REASON, a line a process, and a summary.
void printTable(const Terminal& terminal, const std::vector<nlohmann::json>& processes);

/// The block of `status NAME`; the history as the daemon gave it, newest first.
void printStatus(const Terminal& terminal, const nlohmann::json& process,
                 const std::vector<nlohmann::json>& history);

/// The block of `status` without a name.
void printManager(const Terminal& terminal, const nlohmann::json& manager);

/// Entries as the daemon gave them, newest first; printed oldest first. `withName`: of several processes.
void printHistory(const Terminal& terminal, const std::vector<nlohmann::json>& history, bool withName,
                  const std::string& indent);

/// "killed by SIGKILL, sent by PID 77 (kill) of UID 0, after running 3min": LastExit in words; empty without
/// one.
[[nodiscard]] std::string exitWords(const nlohmann::json& lastExit);

/// Whether `status` of a process in this state is that of one that is up.
[[nodiscard]] bool isUp(const nlohmann::json& process);

} // namespace healer::healerctl
