// SPDX-License-Identifier: Apache-2.0
#include "launch/unit/unit_restart.hpp"

#include "launch/predecessor_wait.hpp"
#include "systemd/awaits.hpp"
#include "systemd/unit_facts.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace healer::launch::unit {

namespace {

using systemd::Failure;

/// PID 1 reports how a process has ended when it has reaped it; where that is overtaken by the start of the
/// next one, it is not known.
constexpr core::Duration kReportTime = std::chrono::milliseconds(50);

/// Listens for how the main process of now ends.
class EndListener {
public:
    EndListener(systemd::Manager& manager, const std::string& unit, systemd::UnitFacts before)
        : main_(before.mainPid), heard_(std::move(before)),
          watching_(manager.watch(unit, [this](const systemd::Manager::Change& change) { take(change); })) {}
    EndListener(const EndListener&) = delete;
    EndListener& operator=(const EndListener&) = delete;
    ~EndListener() = default;

    [[nodiscard]] const std::optional<core::Exit>& exit() const { return exit_; }
    /// Awaits that it is known, or that `deadline` has passed.
    [[nodiscard]] auto known(runtime::Loop& loop, core::TimePoint deadline) {
        return runtime::answerOf<runtime::Done>(
            [this, &loop, deadline](const std::function<void(runtime::Done)>& answer) {
                wake_ = [answer] { answer({}); };
                return loop.addTimer(exit_ ? loop.now() : deadline, [this] { wake(); });
            });
    }

private:
    void take(const systemd::Manager::Change& change) {
        if (exit_ || !change.apply(heard_)) {
            return;
        }
        if (main_ != 0 && heard_.execMainPid == main_ && heard_.execMainCode != 0) {
            exit_ = systemd::mainExit(heard_);
            wake();
        }
    }
    void wake() {
        if (const auto wake = std::exchange(wake_, nullptr)) {
            wake();
        }
    }

    pid_t main_;
    systemd::UnitFacts heard_;
    std::optional<core::Exit> exit_;
    std::function<void()> wake_;
    systemd::Manager::Handle watching_;
};

std::optional<Events> unlessLost(const StopOrder& order, const Failure& failure) {
    if (systemd::isLost(failure)) {
        return std::nullopt;
    }
    return Events{core::event::StopFailed{order.name, "systemd does not restart unit " + order.unit + ": " +
                                                          failure.message}};
}

/// One attempt; none where the connection has broken.
runtime::Task<std::optional<Events>> tryRestart(runtime::Loop& loop, systemd::Manager& manager,
                                                StopOrder order, std::function<void(std::uint32_t)> began) {
    const auto answer = co_await systemd::read(manager, order.unit);
    if (const auto* failure = std::get_if<Failure>(&answer)) {
        co_return unlessLost(order, *failure);
    }
    const auto& before = std::get<systemd::UnitFacts>(answer);
    if (before.job != 0 || systemd::conditionOf(before) != systemd::UnitCondition::up) {
        co_return Events();
    }
    const auto listener = std::make_unique<EndListener>(manager, order.unit, before);
    systemd::JobRequest request;
    request.verb = systemd::JobRequest::Verb::restart;
    request.unit = order.unit;
    const auto submitted = co_await systemd::submit(manager, request);
    if (const auto* failure = std::get_if<Failure>(&submitted)) {
        co_return unlessLost(order, *failure);
    }
    began(std::get<std::uint32_t>(submitted));
    if (!core::processOf(order.instance)) {
        // A run without a main process has ended when the job has.
        const auto ended = co_await systemd::endOfJob(manager, std::get<std::uint32_t>(submitted));
        (void)ended;
    } else {
        (void)co_await predecessorEnd(loop, order.instance);
        co_await listener->known(loop, loop.now() + kReportTime);
    }
    const core::event::Down down{
        .name = order.name, .instance = order.instance, .exit = listener->exit().value_or(core::Exit{})};
    Events events;
    events.emplace_back(down);
    co_return events;
}

} // namespace

runtime::Task<Events> restartUnit(runtime::Loop& loop, systemd::Manager& manager, StopOrder order,
                                  std::function<void(std::uint32_t)> began) {
    std::optional<Events> events;
    while (!events) {
        co_await systemd::connection(manager);
        events = co_await tryRestart(loop, manager, order, began);
    }
    co_return *events;
}

} // namespace healer::launch::unit
