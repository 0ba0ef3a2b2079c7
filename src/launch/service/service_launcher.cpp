// SPDX-License-Identifier: Apache-2.0
#include "launch/service/service_launcher.hpp"

#include "core/unit_name.hpp"
#include "launch/service/unit_launch.hpp"
#include "launch/signal_stop.hpp"
#include "runtime/pidfd.hpp"
#include "systemd/unit_client.hpp"
#include "systemd/unit_reader.hpp"

#include <csignal>
#include <list>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace healer::launch::service {

namespace {

using Failure = systemd::Failure;
using Bus = systemd::Connection;

class TransientUnits final : public Launcher, private Bus::Observer {
public:
    TransientUnits(LauncherContext context, Bus& bus)
        : context_(std::move(context)), bus_(bus), client_(bus, ledger_) {
        bus_.observe(this);
    }
    TransientUnits(const TransientUnits&) = delete;
    TransientUnits& operator=(const TransientUnits&) = delete;
    ~TransientUnits() override { bus_.unobserve(this); }

    void launch(LaunchOrder order) override;
    void cancel(const std::string& name, std::uint64_t attempt) override;
    void stop(const std::string& name, core::Instance key, const core::StopPlan& plan, bool force) override;
    void forget(const std::string& name) override;

private:
    /// A call that stands for itself.
    struct Errand {
        systemd::UnitClient::Call call;
        std::shared_ptr<void> submission;
        runtime::Source later;
    };
    using ErrandEntry = std::list<Errand>::iterator;

    void jobNew(const Bus::Job& job) override;
    void jobRemoved(const Bus::Job& job) override;
    void connected() override;
    void disconnected() override;

    void tellJob(const std::string& unit, bool underWay);
    void launchDone(const std::string& name, const std::vector<core::Event>& events);
    void foreignJobEnded(const std::string& unit);
    void stopUnit(const std::string& name, core::Instance key, const core::StopPlan& plan, bool force);
    void stopAnswered(const std::string& name, core::Instance key, const core::StopPlan& plan, bool force,
                      const Failure* failure);
    void signalProcess(const std::string& name, core::Instance key, const core::StopPlan& plan, bool force);
    ErrandEntry newErrand() { return errands_.emplace(errands_.end()); }

    LauncherContext context_;
    Bus& bus_;
    systemd::JobTracker ledger_;
    systemd::UnitClient client_;
    systemd::ForkSupport forkSupport_ = systemd::ForkSupport::exitType;
    std::map<std::string, std::unique_ptr<UnitLaunch>> launches_; ///< by process
    std::map<std::string, std::string> names_;                    ///< process by unit, for those in launches_
    std::set<std::string> atWork_;                                ///< units that have a job
    std::map<std::string, KnownUnit> known_;                      ///< by process
    std::list<Errand> errands_;
};

void TransientUnits::launch(LaunchOrder order) {
    const std::string name = order.name;
    const auto known = known_.find(name);
    const UnitLaunchContext context{context_.loop, context_.log, client_, ledger_, forkSupport_};
    names_[core::transientUnitName(name)] = name;
    launches_[name] = std::make_unique<UnitLaunch>(
        context, std::move(order), known == known_.end() ? std::nullopt : std::optional(known->second),
        [this, name](const std::vector<core::Event>& events) { launchDone(name, events); });
}

void TransientUnits::launchDone(const std::string& name, const std::vector<core::Event>& events) {
    // Kept until the end of this function, which it has called.
    const auto finished = std::move(launches_.extract(name).mapped());
    names_.erase(core::transientUnitName(name));
    for (const auto& event : events) {
        if (const auto* launched = std::get_if<core::event::LaunchFinished>(&event);
            launched != nullptr && launched->outcome) {
            known_[name] = KnownUnit{*launched->outcome, finished->madeAs()};
        }
        context_.report(event);
    }
}

void TransientUnits::cancel(const std::string& name, std::uint64_t attempt) {
    const auto entry = launches_.find(name);
    if (entry == launches_.end() || entry->second->attempt() != attempt) {
        return;
    }
    if (entry->second->underWay()) {
        entry->second->withdraw();
    } else {
        names_.erase(core::transientUnitName(name));
        launches_.erase(entry);
    }
}

void TransientUnits::forget(const std::string& name) {
    names_.erase(core::transientUnitName(name));
    launches_.erase(name);
    known_.erase(name);
    ledger_.settle(core::transientUnitName(name));
}

void TransientUnits::jobNew(const Bus::Job& job) {
    if (core::isTransientUnitName(job.unit)) {
        ledger_.appeared(job.unit, job.id);
        tellJob(job.unit, true);
    }
}

void TransientUnits::tellJob(const std::string& unit, bool underWay) {
    if (underWay ? atWork_.insert(unit).second : atWork_.erase(unit) > 0) {
        context_.report(core::event::JobUnderWay{core::processOfTransientUnit(unit), underWay});
    }
}

void TransientUnits::jobRemoved(const Bus::Job& job) {
    if (!core::isTransientUnitName(job.unit)) {
        return;
    }
    const bool foreign = ledger_.foreign(job.unit) && !ledger_.isOwn(job.unit, job.id);
    ledger_.removed(job.unit, job.id, job.result);
    if (const auto name = names_.find(job.unit); name != names_.end()) {
        launches_.at(name->second)->jobRemoved(job.id);
    } else if (foreign) {
        foreignJobEnded(job.unit);
    }
    tellJob(job.unit, false);
}

/// The ends of the jobs are not heard any more.
void TransientUnits::disconnected() {
    for (const auto& unit : std::set(atWork_)) {
        tellJob(unit, false);
    }
}

/// A job that leaves the unit running (a start of what runs already, a restart) was no stop: a later end is
/// healed.
void TransientUnits::foreignJobEnded(const std::string& unit) {
    const auto errand = newErrand();
    errand->call =
        client_.query(unit, [this, errand, unit](const std::variant<systemd::UnitState, Failure>& answer) {
            const auto* state = std::get_if<systemd::UnitState>(&answer);
            if (state != nullptr && state->job == 0 &&
                (state->active == "active" || state->active == "reloading")) {
                ledger_.settle(unit);
            }
            errands_.erase(errand);
        });
}

void TransientUnits::connected() {
    std::vector<std::string> names;
    for (const auto& [name, launch] : launches_) {
        names.push_back(name);
    }
    // One that has been withdrawn ends itself.
    for (const auto& name : names) {
        if (const auto entry = launches_.find(name); entry != launches_.end()) {
            entry->second->connected();
        }
    }
}

void TransientUnits::stop(const std::string& name, core::Instance key, const core::StopPlan& plan,
                          bool force) {
    const auto process = core::processOf(key);
    const bool ours =
        process && systemd::processInUnit(process->pid, core::transientUnitName(name)) == process;
    if (ours && bus_.isConnected()) {
        stopUnit(name, key, plan, force);
    } else {
        signalProcess(name, key, plan, force);
    }
}

void TransientUnits::stopUnit(const std::string& name, core::Instance key, const core::StopPlan& plan,
                              bool force) {
    const auto errand = newErrand();
    const auto answered = [this, errand, name, key, plan, force](const auto& outcome) {
        const auto* failure = std::get_if<Failure>(&outcome);
        stopAnswered(name, key, plan, force, failure);
        errands_.erase(errand);
    };
    if (force) {
        errand->call = client_.kill(core::transientUnitName(name), SIGKILL, answered);
    } else {
        errand->submission = client_.stop(core::transientUnitName(name), answered);
    }
}

void TransientUnits::stopAnswered(const std::string& name, core::Instance key, const core::StopPlan& plan,
                                  bool force, const Failure* failure) {
    if (failure != nullptr) {
        context_.log.warn("systemd does not stop " + core::transientUnitName(name) + " (" + failure->message +
                          "); signalling its process instead");
        signalProcess(name, key, plan, force);
    }
}

void TransientUnits::signalProcess(const std::string& name, core::Instance key, const core::StopPlan& plan,
                                   bool force) {
    const auto sent = signalStop(key, plan, force);
    if (!sent) {
        const auto errand = newErrand();
        errand->later = context_.loop.addDeferred([this, errand, name, error = sent.error()] {
            context_.report(core::event::StopFailed{name, error.message});
            errands_.erase(errand);
        });
    }
}

} // namespace

std::unique_ptr<Launcher> makeService(LauncherContext context, systemd::Connection& bus) {
    return std::make_unique<TransientUnits>(std::move(context), bus);
}

} // namespace healer::launch::service
