// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/reading.hpp"
#include "systemd/connection.hpp"
#include "systemd/unit_facts.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace healer::systemd {

/// The object path of a unit in PID 1's D-Bus interface.
[[nodiscard]] std::string unitObjectPath(const std::string& unit);

/// The process that has this PID, where it belongs to the system's unit of this name now.
[[nodiscard]] runtime::Reading<core::ProcessKey> processInUnit(pid_t pid, std::string_view unit);

/// When a process was started, on systemd's clock, which leaves out for how long the machine has been
/// suspended since boot: microseconds, as in UnitFacts.
[[nodiscard]] std::uint64_t monotonicStartOf(core::ProcessKey process, core::Duration suspended);

/// Whose changes PID 1 reports last.
inline constexpr std::string_view kUnitInterface = "org.freedesktop.systemd1.Unit";

/// Takes what the properties (a{sv}) say over into the facts. False when they cannot be read.
[[nodiscard]] bool readProperties(sd_bus_message* message, UnitFacts& facts);

/// With what PID 1 does not report about it.
[[nodiscard]] UnitFacts completed(UnitFacts facts);

/// Asks PID 1 for all facts about one unit. One question at a time: a new one replaces the one under way, and
/// the destruction drops the answer.
class UnitReader {
public:
    using Answer = std::function<void(const std::variant<UnitFacts, Failure>&)>;

    /// `bus` outlives the reader.
    UnitReader(Connection& bus, std::string unit) : bus_(bus), unit_(std::move(unit)) {}

    /// Answered from the loop, once.
    void read(Answer answer);
    [[nodiscard]] bool busy() const { return static_cast<bool>(call_); }

private:
    void ask();
    void readInterface(const char* interface, std::function<void()> next);
    void finish(const std::variant<UnitFacts, Failure>& outcome);

    Connection& bus_;
    std::string unit_;
    UnitFacts facts_;
    Answer answer_;
    bool repeated_ = false;
    Connection::Call call_;
};

} // namespace healer::systemd
