// SPDX-License-Identifier: Apache-2.0
#include "launch/unit/kind.hpp"

#include "launch/errands.hpp"
#include "launch/unit/unit_restart.hpp"
#include "launch/unit/unit_start.hpp"
#include "systemd/awaits.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace healer::launch::unit {

namespace {

class UnitLauncher final : public Launcher {
public:
    explicit UnitLauncher(LauncherContext context)
        : context_(std::move(context)), manager_(*context_.manager),
          errands_(context_.loop, context_.report) {}

    void launch(LaunchOrder order) override;
    void cancel(const CancelOrder& order) override;
    void stop(const StopOrder& order) override;
    void forget(const std::string& name) override;

private:
    void launchDone(const std::string& name, const Events& events);
    runtime::Task<Events> stopping(std::string name, std::string unit, systemd::StopMode mode);

    LauncherContext context_;
    systemd::Manager& manager_;
    std::map<std::string, std::unique_ptr<UnitStart>> launches_; ///< by process
    std::map<std::string, std::uint32_t> restarts_;              ///< jobs that restart a unit, by process
    Errands errands_;
};

void UnitLauncher::launch(LaunchOrder order) {
    const std::string name = order.name;
    auto& slot = launches_[name];
    const auto restart = restarts_.extract(name);
    slot = std::make_unique<UnitStart>(context_.loop, manager_, std::move(order),
                                       restart ? std::optional(restart.mapped()) : std::nullopt,
                                       [this, name](const Events& events) { launchDone(name, events); });
    slot->start();
}

void UnitLauncher::launchDone(const std::string& name, const Events& events) {
    // Kept until the end of this function, which it has called.
    const auto finished = std::move(launches_.extract(name).mapped());
    for (const auto& event : events) {
        context_.report(event);
    }
}

void UnitLauncher::cancel(const CancelOrder& order) {
    const auto entry = launches_.find(order.name);
    if (entry == launches_.end() || entry->second->attempt() != order.attempt) {
        return;
    }
    if (entry->second->jobUnderWay() && !order.leave) {
        errands_.run(stopping(order.name, entry->second->unit(), systemd::StopMode::orderly));
    }
    launches_.erase(entry);
}

void UnitLauncher::stop(const StopOrder& order) {
    if (order.forRestart && !order.force) {
        restarts_.erase(order.name);
        errands_.run(restartUnit(context_.loop, manager_, order,
                                 [this, name = order.name](std::uint32_t job) { restarts_[name] = job; }));
    } else if (!order.unit.empty()) {
        if (!order.force) {
            restarts_.erase(order.name);
        }
        const auto mode = order.force ? systemd::StopMode::kill : systemd::StopMode::orderly;
        errands_.run(stopping(order.name, order.unit, mode));
    }
}

runtime::Task<Events> UnitLauncher::stopping(std::string name, std::string unit, systemd::StopMode mode) {
    const auto failure = co_await systemd::stopUnit(manager_, unit, mode);
    // What is not loaded is not running.
    if (!failure || failure->name == systemd::kNoSuchUnit) {
        co_return Events();
    }
    const core::event::StopFailed failed{name,
                                         "systemd does not stop unit " + unit + ": " + failure->message};
    co_return Events{failed};
}

void UnitLauncher::forget(const std::string& name) {
    launches_.erase(name);
    restarts_.erase(name);
}

/// Where systemd cannot be reached.
class Unreachable final : public Launcher {
public:
    explicit Unreachable(const LauncherContext& context)
        : loop_(context.loop), errands_(context.loop, context.report) {}

    void launch(LaunchOrder order) override {
        errands_.run(answer(core::event::LaunchFinished{
            order.name, order.attempt,
            core::Error{"systemd cannot be reached, so unit " + order.unit + " cannot be started"}}));
    }
    void cancel(const CancelOrder& /*order*/) override {}
    void stop(const StopOrder& order) override {
        errands_.run(answer(core::event::StopFailed{order.name, "systemd cannot be reached"}));
    }
    void forget(const std::string& /*name*/) override {}

private:
    runtime::Task<Events> answer(core::Event event) {
        co_await runtime::nextTurn(loop_);
        co_return Events{event};
    }

    runtime::Loop& loop_;
    Errands errands_;
};

} // namespace

const Kind& kind() {
    static const Kind kKind{
        .type = "unit",
        .usesManager = true,
        .make = [](LauncherContext context) -> std::unique_ptr<Launcher> {
            if (context.manager == nullptr) {
                return std::make_unique<Unreachable>(context);
            }
            return std::make_unique<UnitLauncher>(std::move(context));
        },
    };
    return kKind;
}

} // namespace healer::launch::unit
