// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/status.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace healer::healerctl {

/// A call that was refused or failed: the D-Bus error name and its sentence.
class CallFailure : public std::runtime_error {
public:
    CallFailure(std::string name, const std::string& message)
        : std::runtime_error(message), name_(std::move(name)) {}
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    std::string name_;
};

enum class Verb { start, stop, restart, pause, resume, reset };

/// The daemon as healerctl sees it. Everything throws CallFailure.
class Daemon {
public:
    Daemon() = default;
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;
    virtual ~Daemon() = default;

    /// All processes, sorted by name, in one call.
    [[nodiscard]] virtual std::vector<ProcessStatus> processes() = 0;
    [[nodiscard]] virtual ProcessStatus process(const std::string& name) = 0;
    [[nodiscard]] virtual ManagerStatus manager() = 0;
    /// Newest first; an empty name means all processes.
    [[nodiscard]] virtual std::vector<HistoryEvent> history(const std::string& name, std::uint32_t max) = 0;
    /// Waits as long as it takes; the new PID where the verb has one.
    virtual std::optional<std::uint32_t> change(Verb verb, const std::string& name) = 0;
    /// {"Added": [...], "Changed": [...], "Removed": [...]}
    [[nodiscard]] virtual nlohmann::json reload() = 0;
};

} // namespace healer::healerctl
