// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recovery/service/job_ledger.hpp"
#include "recovery/service/launch_decision.hpp"
#include "recovery/service/unit_settings.hpp"
#include "runtime/systemd_bus.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace healer::recovery::service {

/// The calls about units, in terms of units. A call that makes a job goes on to claim it in the ledger when
/// whoever asked has lost interest. Answers come from the loop.
class UnitClient {
public:
    using Failure = runtime::BusFailure;
    template <typename T>
    using Answer = std::function<void(const std::variant<T, Failure>&)>;
    using Call = runtime::SystemdBus::Call;

    UnitClient(runtime::SystemdBus& bus, JobLedger& ledger) : bus_(bus), ledger_(ledger) {}

    /// The answer is the number of the job. Dropping the returned handle drops the answer only.
    [[nodiscard]] std::shared_ptr<void> startNew(const UnitSettings& settings, ForkSupport support,
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
    using Append = runtime::SystemdBus::Append;
    std::shared_ptr<void> submit(const std::string& unit, const char* member, const Append& append,
                                 Answer<std::uint32_t> answer);

    runtime::SystemdBus& bus_;
    JobLedger& ledger_;
    std::list<Call> submitted_;
};

} // namespace healer::recovery::service
