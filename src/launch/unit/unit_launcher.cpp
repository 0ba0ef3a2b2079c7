// SPDX-License-Identifier: Apache-2.0
#include "launch/unit/unit_launcher.hpp"

#include "launch/unit/unit_start.hpp"
#include "systemd/job_tracker.hpp"
#include "systemd/unit_client.hpp"

#include <csignal>
#include <list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace healer::launch::unit {

namespace {

using Bus = systemd::Connection;
using Failure = systemd::Failure;

constexpr std::string_view kNoSuchUnit = "org.freedesktop.systemd1.NoSuchUnit";

class UnitLauncher final : public Launcher, private Bus::Observer {
public:
    UnitLauncher(LauncherContext context, Bus& bus, UnitOf unitOf)
        : context_(std::move(context)), bus_(bus), unitOf_(std::move(unitOf)), client_(bus, ledger_) {
        bus_.observe(this);
    }
    UnitLauncher(const UnitLauncher&) = delete;
    UnitLauncher& operator=(const UnitLauncher&) = delete;
    ~UnitLauncher() override { bus_.unobserve(this); }

    void launch(LaunchOrder order) override;
    void cancel(const std::string& name, std::uint64_t attempt) override;
    void stop(const std::string& name, core::Instance key, const core::StopPlan& plan, bool force) override;
    void forget(const std::string& name) override;

private:
    /// A call that stands for itself.
    struct Errand {
        systemd::UnitClient::Call call;
        std::shared_ptr<void> submission;
    };

    void jobNew(const Bus::Job& /*job*/) override {}
    void jobRemoved(const Bus::Job& job) override;
    void connected() override;
    void disconnected() override {}

    void launchDone(const std::string& name, const std::vector<core::Event>& events);
    void stopUnit(const std::string& name, const std::string& unit, bool force);
    template <typename Tell>
    void tellLaunches(Tell tell);

    LauncherContext context_;
    Bus& bus_;
    UnitOf unitOf_;
    systemd::JobTracker ledger_;
    systemd::UnitClient client_;
    std::map<std::string, std::unique_ptr<UnitStart>> launches_; ///< by process
    std::set<std::string> stopped_; ///< processes whose unit was stopped by Healer and not started since
    std::list<Errand> errands_;
};

void UnitLauncher::launch(LaunchOrder order) {
    const std::string name = order.name;
    launches_[name] = std::make_unique<UnitStart>(
        bus_, client_, std::move(order), stopped_.contains(name),
        [this, name](const std::vector<core::Event>& events) { launchDone(name, events); });
}

void UnitLauncher::launchDone(const std::string& name, const std::vector<core::Event>& events) {
    // Kept until the end of this function, which it has called.
    const auto finished = std::move(launches_.extract(name).mapped());
    ledger_.settle(finished->unit());
    for (const auto& event : events) {
        const auto* launched = std::get_if<core::event::LaunchFinished>(&event);
        if (launched == nullptr || launched->outcome.ok()) {
            stopped_.erase(name);
        }
        context_.report(event);
    }
}

void UnitLauncher::cancel(const std::string& name, std::uint64_t attempt) {
    const auto entry = launches_.find(name);
    if (entry == launches_.end() || entry->second->attempt() != attempt) {
        return;
    }
    if (entry->second->jobUnderWay()) {
        stopUnit(name, entry->second->unit(), false);
    }
    launches_.erase(entry);
}

void UnitLauncher::stop(const std::string& name, core::Instance /*instance*/, const core::StopPlan& /*plan*/,
                        bool force) {
    if (const auto unit = unitOf_(name); !unit.empty()) {
        stopUnit(name, unit, force);
    }
}

void UnitLauncher::stopUnit(const std::string& name, const std::string& unit, bool force) {
    stopped_.insert(name);
    const auto errand = errands_.emplace(errands_.end());
    const auto answered = [this, errand, name, unit](const auto& outcome) {
        const auto* failure = std::get_if<Failure>(&outcome);
        // What is not loaded is not running.
        if (failure != nullptr && failure->name != kNoSuchUnit) {
            context_.report(core::event::StopFailed{name, "systemd does not stop unit " + unit + ": " +
                                                              failure->message});
        }
        ledger_.settle(unit);
        errands_.erase(errand);
    };
    if (force) {
        errand->call = client_.kill(unit, SIGKILL, answered);
    } else {
        errand->submission = client_.stop(unit, answered);
    }
}

void UnitLauncher::forget(const std::string& name) {
    launches_.erase(name);
    stopped_.erase(name);
}

/// One that is told may end, and with it its entry.
template <typename Tell>
void UnitLauncher::tellLaunches(Tell tell) {
    std::vector<std::string> names;
    for (const auto& [name, launch] : launches_) {
        names.push_back(name);
    }
    for (const auto& name : names) {
        if (const auto entry = launches_.find(name); entry != launches_.end()) {
            tell(*entry->second);
        }
    }
}

void UnitLauncher::jobRemoved(const Bus::Job& job) {
    tellLaunches([&](UnitStart& launch) { launch.jobRemoved(job.id, job.result); });
}

void UnitLauncher::connected() {
    tellLaunches([](UnitStart& launch) { launch.connected(); });
}

/// Where systemd cannot be reached.
class Unreachable final : public Launcher {
public:
    explicit Unreachable(LauncherContext context) : context_(std::move(context)) {}

    void launch(LaunchOrder order) override {
        defer(core::event::LaunchFinished{
            order.name, order.attempt,
            core::Error{"systemd cannot be reached, so unit " + order.unit + " cannot be started"}});
    }
    void cancel(const std::string& /*name*/, std::uint64_t /*attempt*/) override {}
    void stop(const std::string& name, core::Instance /*key*/, const core::StopPlan& /*plan*/,
              bool /*force*/) override {
        defer(core::event::StopFailed{name, "systemd cannot be reached"});
    }
    void forget(const std::string& /*name*/) override {}

private:
    void defer(core::Event event) {
        const auto slot = later_.emplace(later_.end());
        *slot = context_.loop.addDeferred([this, slot, event = std::move(event)] {
            const auto keep = std::move(*slot);
            later_.erase(slot);
            context_.report(event);
        });
    }

    LauncherContext context_;
    std::list<runtime::Source> later_;
};

} // namespace

std::unique_ptr<Launcher> makeUnitLauncher(LauncherContext context, systemd::Connection* bus, UnitOf unitOf) {
    if (bus == nullptr) {
        return std::make_unique<Unreachable>(std::move(context));
    }
    return std::make_unique<UnitLauncher>(std::move(context), *bus, std::move(unitOf));
}

} // namespace healer::launch::unit
