// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/task.hpp"
#include "systemd/manager.hpp"

#include <optional>
#include <string>
#include <variant>

/// What a flow awaits of PID 1. Everything referred to outlives the flow.
namespace healer::systemd {

/// Awaits the answer of a call whose last argument it is: asking<UnitFacts>([&](auto answer) { return
/// manager.read(unit, std::move(answer)); }).
template <typename T, typename Begin>
[[nodiscard]] auto asking(Begin begin) {
    return runtime::answerOf<Manager::Outcome<T>>(std::move(begin));
}

[[nodiscard]] inline auto query(Manager& manager, const std::string& unit) {
    return asking<UnitState>([&manager, &unit](Manager::Answer<UnitState> answer) {
        return manager.query(unit, std::move(answer));
    });
}
[[nodiscard]] inline auto read(Manager& manager, const std::string& unit) {
    return asking<UnitFacts>([&manager, &unit](Manager::Answer<UnitFacts> answer) {
        return manager.read(unit, std::move(answer));
    });
}
[[nodiscard]] inline auto processes(Manager& manager, const std::string& unit) {
    return asking<std::size_t>([&manager, &unit](Manager::Answer<std::size_t> answer) {
        return manager.processes(unit, std::move(answer));
    });
}
[[nodiscard]] inline auto mainPid(Manager& manager, const std::string& unit) {
    return asking<pid_t>([&manager, &unit](Manager::Answer<pid_t> answer) {
        return manager.mainPid(unit, std::move(answer));
    });
}
[[nodiscard]] inline auto reset(Manager& manager, const std::string& unit) {
    return asking<std::monostate>([&manager, &unit](Manager::Answer<std::monostate> answer) {
        return manager.reset(unit, std::move(answer));
    });
}
[[nodiscard]] inline auto reload(Manager& manager) {
    return asking<std::monostate>(
        [&manager](Manager::Answer<std::monostate> answer) { return manager.reload(std::move(answer)); });
}
[[nodiscard]] inline auto killUnit(Manager& manager, const std::string& unit, int signal) {
    return asking<std::monostate>([&manager, &unit, signal](Manager::Answer<std::monostate> answer) {
        return manager.killUnit(unit, signal, std::move(answer));
    });
}
/// The number of the job.
[[nodiscard]] inline auto submit(Manager& manager, const JobRequest& request) {
    return asking<std::uint32_t>([&manager, &request](Manager::Answer<std::uint32_t> answer) {
        return manager.submit(request, std::move(answer));
    });
}
/// That there is a connection.
[[nodiscard]] inline auto connection(Manager& manager) {
    return runtime::answerOf<runtime::Done>([&manager](std::function<void(runtime::Done)> answer) {
        return manager.whenConnected([answer = std::move(answer)] { answer({}); });
    });
}
/// That all signals which PID 1 has sent until now have been handed on.
[[nodiscard]] inline auto allRead(Manager& manager) {
    return runtime::answerOf<runtime::Done>([&manager](std::function<void(runtime::Done)> answer) {
        if (!manager.hasUnread()) {
            answer({});
            return Manager::Handle();
        }
        return manager.whenRead([answer = std::move(answer)] { answer({}); });
    });
}

/// The result of a job ("done", ...), or kConnectionLost: its end may have been missed.
[[nodiscard]] runtime::Task<Manager::Outcome<std::string>> endOfJob(Manager& manager, std::uint32_t job);

/// One job from the call to its end: its result, or why there is none.
[[nodiscard]] runtime::Task<Manager::Outcome<std::string>> runJob(Manager& manager, JobRequest request);

/// A job whose beginning may have been missed.
struct KnownJob {
    std::uint32_t id = 0;
    bool starts = false; ///< it starts or restarts the unit
};

/// Looks whether the unit has a job: from now on it is known, as another client's where it is not Healer's
/// own. None: it has no job, so that nothing was missed, or PID 1 does not answer.
[[nodiscard]] runtime::Task<std::optional<KnownJob>> learnOfJob(Manager& manager, std::string unit);

/// How a unit is stopped.
enum class StopMode {
    orderly, ///< StopUnit: by the settings of the unit; does not wait for its end
    awaited, ///< the same, up to the end of the job
    kill,    ///< KillUnit: SIGKILL to all its processes
};

/// Asks PID 1 to stop the unit, again where the connection has broken meanwhile; the failure if it does not.
[[nodiscard]] runtime::Task<std::optional<Failure>> stopUnit(Manager& manager, std::string unit,
                                                             StopMode mode);

} // namespace healer::systemd
