// SPDX-License-Identifier: Apache-2.0
#include "systemd/awaits.hpp"

#include <csignal>

namespace healer::systemd {

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

runtime::Task<std::optional<Failure>> stopUnit(Manager& manager, std::string unit, StopMode mode) {
    if (mode == StopMode::kill) {
        const auto killed = co_await killUnit(manager, unit, SIGKILL);
        const auto* failure = std::get_if<Failure>(&killed);
        co_return failure != nullptr ? std::optional(*failure) : std::nullopt;
    }
    JobRequest request;
    request.verb = JobRequest::Verb::stop;
    request.unit = unit;
    const auto submitted = co_await submit(manager, request);
    const auto* failure = std::get_if<Failure>(&submitted);
    co_return failure != nullptr ? std::optional(*failure) : std::nullopt;
}

} // namespace healer::systemd
