// SPDX-License-Identifier: Apache-2.0
#include "monitor/unit/unit_monitor.hpp"

#include "runtime/pidfd.hpp"
#include "systemd/unit_reader.hpp"

#include <utility>

namespace healer::monitor::unit {

UnitMonitor::UnitMonitor(UnitHost& host, MonitorContext context)
    : host_(host), process_(context.process.name), unit_(context.process.unit),
      tracker_(context.process.name, unit_,
               [&host](std::uint32_t job) { return host.manager().jobs().isOwn(job); }),
      events_(host.loop(), std::move(context.report)) {
    watch(unit_);
}

UnitMonitor::~UnitMonitor() {
    host_.leave(*this);
}

void UnitMonitor::watch(const std::string& unit) {
    if (unit.empty() || unit == watchedUnit_) {
        return;
    }
    watchedUnit_ = unit;
    host_.enter(*this, unit);
    watch_ = host_.manager().watch(unit, [this](const systemd::Manager::Change& change) { changed(change); });
}

void UnitMonitor::start(std::optional<core::Instance> known) {
    tracker_.expect(known, systemd::suspendedSinceBoot());
    look();
}

void UnitMonitor::look() {
    tracker_.ask();
    read();
}

void UnitMonitor::follow(std::optional<core::Instance> key) {
    if (tracker_.follow(key)) {
        read();
    }
}

void UnitMonitor::jobNew(std::uint32_t job) {
    tracker_.jobNew(job);
    noteJob();
}

void UnitMonitor::disconnected() {
    tracker_.lost();
    noteJob();
}

void UnitMonitor::connected() {
    read();
}

void UnitMonitor::read() {
    stale_ = false;
    reading_ = host_.manager().read(unit_, [this](const auto& outcome) {
        reading_.reset();
        wasRead(outcome);
    });
}

void UnitMonitor::wasRead(const systemd::Manager::Outcome<systemd::UnitFacts>& outcome) {
    if (const auto* failure = std::get_if<systemd::Failure>(&outcome)) {
        // When the connection is back it is read again.
        if (!systemd::isLost(*failure)) {
            report(tracker_.unknown("systemd does not report the state of unit " + unit_ + ": " +
                                    failure->message));
        }
        return;
    }
    if (std::exchange(stale_, false)) {
        read();
        return;
    }
    facts_ = std::get<systemd::UnitFacts>(outcome);
    const auto before = std::exchange(heardDown_, std::nullopt);
    if (before && facts_.invocation.empty() && systemd::conditionOf(facts_) == systemd::UnitCondition::down) {
        // Unloaded meanwhile: PID 1 has forgotten how it ended.
        facts_ = *before;
    }
    factsKnown_ = true;
    if (facts_.job != 0) {
        tracker_.jobNew(facts_.job);
    }
    watch(facts_.id);
    note();
    judge();
}

void UnitMonitor::changed(const systemd::Manager::Change& change) {
    if (!factsKnown_) {
        return;
    }
    stale_ = reading_ != nullptr;
    if (!change.apply(facts_)) {
        read();
    } else if (change.last) {
        heard();
    }
}

/// Of a unit that is unloaded at once PID 1 no longer reports that it has no job.
void UnitMonitor::jobRemoved(std::uint32_t job, const std::string& result) {
    tracker_.jobRemoved(job, result);
    if (factsKnown_ && !tracker_.hasJobs() && !systemd::isActive(facts_)) {
        facts_.job = 0;
        heard();
    }
    noteJob();
}

/// On its way to a restart of its own a unit is down for a moment, and PID 1 reports that too.
void UnitMonitor::heard() {
    const bool mayRestart = !facts_.restart.empty() && facts_.restart != "no";
    if (mayRestart && systemd::conditionOf(facts_) == systemd::UnitCondition::down) {
        heardDown_ = facts_;
        read();
    } else {
        judge();
    }
}

void UnitMonitor::note() {
    const bool itself = !facts_.restart.empty() && facts_.restart != "no";
    core::event::UnitSettings settings{process_, itself ? facts_.restart : "", facts_.relations};
    if (settings_ && settings_->restart == settings.restart && settings_->relations == settings.relations) {
        return;
    }
    if (itself && !(settings_ && settings_->restart == settings.restart)) {
        host_.log().info(systemd::restartNote(facts_, unit_));
    }
    settings_ = settings;
    events_.post(std::move(settings));
}

void UnitMonitor::judge() {
    report(tracker_.update(facts_, facts_.mainPid != 0 ? runtime::keyOfPid(facts_.mainPid) : std::nullopt));
    noteJob();
}

void UnitMonitor::noteJob() {
    if (const bool underWay = tracker_.jobUnderWay(facts_); underWay != jobReported_) {
        jobReported_ = underWay;
        events_.post(core::event::JobUnderWay{process_, underWay});
    }
}

void UnitMonitor::report(std::vector<core::Event> events) {
    for (auto& event : events) {
        events_.post(std::move(event));
    }
}

} // namespace healer::monitor::unit
