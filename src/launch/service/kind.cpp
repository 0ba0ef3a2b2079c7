// SPDX-License-Identifier: Apache-2.0
#include "launch/service/kind.hpp"

#include "core/unit_name.hpp"
#include "launch/errands.hpp"
#include "launch/predecessor_wait.hpp"
#include "launch/service/unit_launch.hpp"
#include "launch/signal_stop.hpp"
#include "launch/stops.hpp"
#include "systemd/awaits.hpp"
#include "systemd/unit_reader.hpp"

#include <csignal>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <variant>

namespace healer::launch::service {

namespace {

using systemd::Job;
using systemd::Manager;

class ServiceLauncher final : public Launcher, private Manager::Observer {
public:
    explicit ServiceLauncher(LauncherContext context)
        : context_(std::move(context)), manager_(*context_.manager), stops_(context_.loop, context_.report),
          errands_(context_.loop, context_.report) {
        manager_.observe(this);
        for (const auto& unit : environments_.units()) {
            errands_.run(environmentUnused(unit));
        }
    }
    ServiceLauncher(const ServiceLauncher&) = delete;
    ServiceLauncher& operator=(const ServiceLauncher&) = delete;
    ~ServiceLauncher() override { manager_.unobserve(this); }

    void launch(LaunchOrder order) override;
    void cancel(const CancelOrder& order) override;
    void stop(const StopOrder& order) override;
    void forget(const std::string& name) override;

private:
    void jobNew(const Job& job) override;
    void jobRemoved(const Job& job) override;
    void connected() override {}
    void disconnected() override;

    void jobUnderWay(const std::string& unit);
    void jobOver(const std::string& unit);
    void launchDone(const std::string& name, const Events& events);
    runtime::Task<Events> stopping(StopOrder order);
    runtime::Task<Events> noteJobType(std::string unit);
    runtime::Task<Events> foreignJobEnded(Job job);
    runtime::Task<Events> whatOperatorDid(Job job, systemd::UnitState state);
    void launchOver(const std::string& name);
    runtime::Task<std::optional<systemd::Failure>> stopThrough(StopOrder order);
    static Events signalling(const StopOrder& order);
    runtime::Task<bool> isMainProcess(StopOrder order);
    runtime::Task<Events> environmentUnused(std::string unit);

    LauncherContext context_;
    Manager& manager_;
    systemd::ForkSupport forkSupport_ = systemd::ForkSupport::exitType;
    systemd::EnvironmentStore environments_;
    std::map<std::string, std::unique_ptr<UnitLaunch>> launches_; ///< by process
    std::set<std::string> atWork_;                                ///< units that have a job
    std::map<std::string, std::string> jobTypes_; ///< of an operator's jobs: "stop", "restart", by unit
    std::map<std::string, KnownUnit> known_;      ///< by process
    Stops stops_;
    Errands errands_;
};

void ServiceLauncher::launch(LaunchOrder order) {
    const std::string name = order.name;
    const auto known = known_.find(name);
    const UnitLaunchContext context{context_.loop, context_.log, manager_, forkSupport_, environments_};
    auto& slot = launches_[name];
    slot = std::make_unique<UnitLaunch>(context, std::move(order),
                                        known == known_.end() ? std::nullopt : std::optional(known->second),
                                        [this, name](const Events& events) { launchDone(name, events); });
    slot->start();
}

void ServiceLauncher::launchDone(const std::string& name, const Events& events) {
    // Kept until the end of this function, which it has called.
    const auto finished = std::move(launches_.extract(name).mapped());
    launchOver(name);
    for (const auto& event : events) {
        if (const auto* launched = std::get_if<core::event::LaunchFinished>(&event);
            launched != nullptr && launched->outcome) {
            known_[name] = KnownUnit{*launched->outcome, finished->madeAs()};
        }
        context_.report(event);
    }
}

void ServiceLauncher::cancel(const CancelOrder& order) {
    const auto entry = launches_.find(order.name);
    if (entry == launches_.end() || entry->second->attempt() != order.attempt) {
        return;
    }
    if (entry->second->underWay()) {
        entry->second->withdraw();
    } else {
        launches_.erase(entry);
        launchOver(order.name);
    }
}

/// The launch has taken account of what operators did with the unit while it was under way: their jobs do not
/// explain a later end.
void ServiceLauncher::launchOver(const std::string& name) {
    const std::string unit = core::transientUnitName(name);
    if (!atWork_.contains(unit)) {
        manager_.jobs().settle(unit, context_.loop.now());
    }
}

void ServiceLauncher::forget(const std::string& name) {
    const std::string unit = core::transientUnitName(name);
    launches_.erase(name);
    known_.erase(name);
    jobTypes_.erase(unit);
    stops_.forget(name);
    errands_.run(environmentUnused(unit));
    manager_.jobs().settle(unit, context_.loop.now());
}

void ServiceLauncher::jobNew(const Job& job) {
    if (!core::isTransientUnitName(job.unit)) {
        return;
    }
    jobUnderWay(job.unit);
    if (!launches_.contains(core::processOfTransientUnit(job.unit))) {
        errands_.run(noteJobType(job.unit));
    }
}

void ServiceLauncher::jobRemoved(const Job& job) {
    if (!core::isTransientUnitName(job.unit)) {
        return;
    }
    const bool foreign = manager_.jobs().foreign(job.unit) && !manager_.jobs().isOwn(job.id);
    if (foreign && !launches_.contains(core::processOfTransientUnit(job.unit))) {
        errands_.run(foreignJobEnded(job));
    } else {
        jobOver(job.unit);
    }
}

void ServiceLauncher::jobUnderWay(const std::string& unit) {
    if (atWork_.insert(unit).second) {
        context_.report(
            core::event::JobUnderWay{.name = core::processOfTransientUnit(unit), .underWay = true});
    }
}

void ServiceLauncher::jobOver(const std::string& unit) {
    jobTypes_.erase(unit);
    if (atWork_.erase(unit) > 0) {
        context_.report(core::event::JobUnderWay{.name = core::processOfTransientUnit(unit)});
    }
}

/// The ends of the jobs are no longer reported.
void ServiceLauncher::disconnected() {
    for (const auto& unit : std::set(atWork_)) {
        jobOver(unit);
    }
}

runtime::Task<Events> ServiceLauncher::noteJobType(std::string unit) {
    const auto answer = co_await systemd::query(manager_, unit);
    const auto* state = std::get_if<systemd::UnitState>(&answer);
    if (state != nullptr && state->job != 0 && atWork_.contains(unit)) {
        jobTypes_[unit] = state->jobType;
    }
    co_return Events();
}

/// What the operator did is reported before it is reported that no job is under way, as the end of the
/// instance is judged then.
runtime::Task<Events> ServiceLauncher::foreignJobEnded(Job job) {
    const std::string name = core::processOfTransientUnit(job.unit);
    const auto answer = co_await systemd::query(manager_, job.unit);
    const auto* state = std::get_if<systemd::UnitState>(&answer);
    if (state != nullptr && state->job != 0) {
        co_return Events(); // its end will be reported too
    }
    Events events;
    if (state != nullptr && !launches_.contains(name)) {
        manager_.jobs().settle(job.unit, context_.loop.now());
        events = co_await whatOperatorDid(job, *state);
    }
    jobTypes_.erase(job.unit);
    if (atWork_.erase(job.unit) > 0) {
        const core::event::JobUnderWay over{.name = name};
        events.emplace_back(over);
    }
    co_return events;
}

runtime::Task<Events> ServiceLauncher::whatOperatorDid(Job job, systemd::UnitState state) {
    const std::string name = core::processOfTransientUnit(job.unit);
    const auto type = jobTypes_.find(job.unit);
    Events events;
    if (didStop(state, job.result, type == jobTypes_.end() ? std::string() : type->second)) {
        events.emplace_back(stoppedThroughSystemd(name, job.unit));
        co_return events;
    }
    const core::event::StartedOnPurpose started{name};
    events.emplace_back(started);
    if (systemd::isActive(state.active)) {
        const auto answer = co_await systemd::mainPid(manager_, job.unit);
        const auto* pid = std::get_if<pid_t>(&answer);
        if (const auto key = systemd::processInUnit(pid == nullptr ? 0 : *pid, job.unit)) {
            const core::event::Up up{name, *key};
            events.emplace_back(up);
        }
    }
    co_return events;
}

/// The environment of a unit that no longer exists is not kept. A launch under way may just have written it.
runtime::Task<Events> ServiceLauncher::environmentUnused(std::string unit) {
    co_await systemd::connection(manager_);
    const auto answer = co_await systemd::query(manager_, unit);
    const auto* state = std::get_if<systemd::UnitState>(&answer);
    if (state != nullptr && !state->loaded && !launches_.contains(core::processOfTransientUnit(unit))) {
        environments_.removeOthers(unit, {});
    }
    co_return Events();
}

void ServiceLauncher::stop(const StopOrder& order) {
    stops_.run(order.name, stopping(order));
}

/// By systemd where the process belongs to the unit; otherwise, or when systemd refuses, by a signal.
runtime::Task<Events> ServiceLauncher::stopping(StopOrder order) {
    const std::string unit = core::transientUnitName(order.name);
    // Nothing is reported from within stop(), and that it takes longer is reported before it can have ended.
    co_await runtime::nextTurn(context_.loop);
    const auto process = core::processOf(order.instance);
    // Where that is not known, systemd is asked: it refuses what is not its own.
    const auto inUnit = systemd::processInUnit(process ? process->pid : 0, unit);
    const bool ours = process && (inUnit == *process || inUnit.isUnknown());
    if (!ours || !manager_.isConnected()) {
        Belongings belongings;
        if (process && order.plan.mode != core::KillMode::process) {
            belongings = belongingsOf(*process);
        }
        const auto events = co_await stops_.ending(order, belongings);
        co_return events;
    }
    if (!order.force) {
        stops_.lasts(order.name);
    }
    const auto failure = co_await stopThrough(order);
    Events events;
    if (failure) {
        context_.log.warn("systemd does not stop " + unit + " (" + failure->message +
                          "); signalling its process instead");
        events = signalling(order);
    }
    stops_.over(order.name, events);
    co_return events;
}

/// systemd sends the stop signal to its main process, or to all. After an upgrade on the fly, and of a daemon
/// in the background, the main process is unknown to it: where the signal is for that one alone, Healer sends
/// it.
runtime::Task<std::optional<systemd::Failure>> ServiceLauncher::stopThrough(StopOrder order) {
    const std::string unit = core::transientUnitName(order.name);
    const bool toAll = order.plan.mode == core::KillMode::group;
    bool bySignal = order.plan.mode == core::KillMode::process && order.force;
    // A stop that joins one which an operator has asked for, while PID 1 could not be heard, is the
    // operator's.
    const auto job = co_await systemd::learnOfJob(manager_, unit);
    if (job && order.resumed) {
        manager_.jobs().claim(unit, job->id);
    }
    if (job && job->starts && order.forRestart) {
        // An operator is restarting it: that is what it is to be stopped for.
        if (!order.force) {
            co_return std::nullopt;
        }
        const auto killed = co_await systemd::stopUnit(manager_, unit, systemd::StopMode::kill);
        co_return killed;
    }
    if (!toAll && !order.force) {
        const bool known = co_await isMainProcess(order);
        bySignal = !known;
    }
    if (order.force && !bySignal) {
        const auto failure = co_await systemd::stopUnit(manager_, unit, systemd::StopMode::kill);
        if (failure) {
            co_return failure;
        }
    }
    if (bySignal) {
        const auto sent = signalStop(order);
        if (!sent) {
            co_return systemd::Failure{"", sent.error().message};
        }
        (void)co_await predecessorEnd(context_.loop, order.instance);
    }
    const auto failure = co_await systemd::stopUnit(manager_, unit, systemd::StopMode::awaited);
    if (!manager_.jobs().foreign(unit)) {
        manager_.jobs().heard(unit, context_.loop.now()); // that stop was Healer's own
    }
    co_return failure && failure->name != systemd::kNoSuchUnit ? failure : std::nullopt;
}

runtime::Task<bool> ServiceLauncher::isMainProcess(StopOrder order) {
    const std::string unit = core::transientUnitName(order.name);
    const auto answer = co_await systemd::mainPid(manager_, unit);
    const auto* pid = std::get_if<pid_t>(&answer);
    co_return pid != nullptr&&* pid != 0 && *pid == core::pidOf(order.instance);
}

Events ServiceLauncher::signalling(const StopOrder& order) {
    const auto sent = signalStop(order);
    if (sent) {
        return {};
    }
    return {core::event::StopFailed{order.name, sent.error().message}};
}

} // namespace

const Kind& kind() {
    static const Kind kKind{
        .type = "service",
        .usesManager = true,
        .make = [](LauncherContext context) -> std::unique_ptr<Launcher> {
            return std::make_unique<ServiceLauncher>(std::move(context));
        },
    };
    return kKind;
}

} // namespace healer::launch::service
