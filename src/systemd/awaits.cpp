// SPDX-License-Identifier: Apache-2.0
#include "systemd/awaits.hpp"

#include <csignal>

namespace healer::systemd {

namespace {

template <typename T>
std::optional<Failure> failureOf(const Manager::Outcome<T>& outcome) {
    const auto* failure = std::get_if<Failure>(&outcome);
    return failure != nullptr ? std::optional(*failure) : std::nullopt;
}

} // namespace

runtime::Task<Manager::Outcome<std::string>> endOfJob(Manager& manager, std::uint32_t job) {
    const auto result = co_await runtime::answerOf<std::optional<std::string>>(
        [&manager, job](std::function<void(std::optional<std::string>)> answer) {
            return manager.jobs().whenEnded(job, std::move(answer));
        });
    if (!result) {
        const Failure lost{kConnectionLost, "the connection to systemd has broken"};
        co_return lost;
    }
    co_return *result;
}

runtime::Task<Manager::Outcome<std::string>> runJob(Manager& manager, JobRequest request) {
    const auto submitted = co_await submit(manager, request);
    if (const auto* refused = std::get_if<Failure>(&submitted)) {
        co_return *refused;
    }
    co_return co_await endOfJob(manager, std::get<std::uint32_t>(submitted));
}

runtime::Task<std::optional<KnownJob>> learnOfJob(Manager& manager, std::string unit) {
    const auto answer = co_await query(manager, unit);
    const auto* state = std::get_if<UnitState>(&answer);
    if (state == nullptr || state->job == 0) {
        co_return std::nullopt;
    }
    const Job job{state->job, unit};
    manager.jobs().appeared(job);
    const KnownJob known{job.id, state->jobType != "stop"};
    co_return known;
}

runtime::Task<std::optional<Failure>> stopUnit(Manager& manager, std::string unit, StopMode mode) {
    if (mode == StopMode::kill) {
        const auto killed = co_await killUnit(manager, unit, SIGKILL);
        co_return failureOf(killed);
    }
    JobRequest request;
    request.verb = JobRequest::Verb::stop;
    request.unit = unit;
    std::optional<Failure> failure;
    do {
        // After PID 1 has executed itself again it is not known whether it has received the call.
        co_await connection(manager);
        const auto submitted = co_await submit(manager, request);
        failure = failureOf(submitted);
        if (!failure && mode == StopMode::awaited) {
            const auto ended = co_await endOfJob(manager, std::get<std::uint32_t>(submitted));
            failure = failureOf(ended);
        }
    } while (failure && isLost(*failure));
    co_return failure;
}

} // namespace healer::systemd
