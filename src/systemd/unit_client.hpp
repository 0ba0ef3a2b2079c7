// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "systemd/connection.hpp"
#include "systemd/job_tracker.hpp"
#include "systemd/transient_unit.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace healer::systemd {

/// A unit as Manager.ListUnitsByNames tells it.
struct UnitState {
    bool loaded = false; ///< it exists in PID 1
    bool intact = false; ///< and PID 1 could read its file
    std::string description;
    std::string active; ///< "active", "activating", "deactivating", "inactive", "failed", ...
    std::uint32_t job = 0;
    std::string jobType; ///< "start", "stop", "restart", ... when there is a job
};

/// The calls about units, in terms of units. A call that makes a job goes on to claim it in the ledger when
/// whoever asked has lost interest. Answers come from the loop.
class UnitClient {
public:
    template <typename T>
    using Answer = std::function<void(const std::variant<T, Failure>&)>;
    using Call = Connection::Call;

    UnitClient(Connection& bus, JobTracker& ledger) : bus_(bus), ledger_(ledger) {}

    /// The answer is the number of the job. Dropping the returned handle drops the answer only.
    [[nodiscard]] std::shared_ptr<void> startNew(const TransientUnit& settings, ForkSupport support,
                                                 Answer<std::uint32_t> answer);
    [[nodiscard]] std::shared_ptr<void> start(const std::string& unit, Answer<std::uint32_t> answer);
    [[nodiscard]] std::shared_ptr<void> restart(const std::string& unit, Answer<std::uint32_t> answer);
    [[nodiscard]] std::shared_ptr<void> stop(const std::string& unit, Answer<std::uint32_t> answer);

    [[nodiscard]] Call reset(const std::string& unit, Answer<std::monostate> answer);
    [[nodiscard]] Call kill(const std::string& unit, int signal, Answer<std::monostate> answer);
    [[nodiscard]] Call query(const std::string& unit, Answer<UnitState> answer);
    /// A number among the unit's service properties: MainPID, ExecMainPID, ExecMainCode, ExecMainStatus.
    [[nodiscard]] Call number(const std::string& unit, const char* property, Answer<std::int64_t> answer);
    /// A string among the unit's service properties: Result.
    [[nodiscard]] Call text(const std::string& unit, const char* property, Answer<std::string> answer);

    /// Whether signals of PID 1 are waiting to be handed on, and when they have been.
    [[nodiscard]] bool hasUnread() const { return bus_.hasUnread(); }
    [[nodiscard]] std::shared_ptr<void> whenRead(std::function<void()> callback) {
        return bus_.whenRead(std::move(callback));
    }

private:
    using Append = Connection::Append;
    std::shared_ptr<void> submit(const std::string& unit, const char* member, const Append& append,
                                 Answer<std::uint32_t> answer);

    Connection& bus_;
    JobTracker& ledger_;
    std::list<Call> submitted_;
};

} // namespace healer::systemd
