// SPDX-License-Identifier: Apache-2.0
#include "monitor/unit/unit_monitor.hpp"

#include "runtime/pidfd.hpp"
#include "systemd/missed_end.hpp"
#include "systemd/unit_character.hpp"
#include "systemd/unit_reader.hpp"

#include <utility>

namespace healer::monitor::unit {

namespace {

/// Between two counts of the processes of a unit whose end systemd does not report.
constexpr core::Duration kCountInterval = std::chrono::seconds(2);
/// Before what the machine refused is tried again.
constexpr core::Duration kPause = std::chrono::milliseconds(100);
/// For so long after its start it may turn out that something of it goes on running.
constexpr core::Duration kYoung = std::chrono::seconds(10);

bool restartsItself(const systemd::UnitFacts& facts) {
    return !facts.restart.empty() && facts.restart != "no";
}

/// On systemd's clock.
core::Duration monotonicNow(const runtime::Loop& loop) {
    return loop.now().time_since_epoch() - loop.suspended();
}

} // namespace

UnitMonitor::UnitMonitor(UnitHost& host, MonitorContext context)
    : host_(host), process_(context.process.name), unit_(context.process.unit),
      tracker_(context.process.name, unit_,
               [&host](std::uint32_t job) { return host.manager().jobs().isOwn(job); }),
      main_(host.loop(), [this](const core::Exit& /*exit*/) { planReread(); }),
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
    known_ = known;
    tracker_.expect(known, host_.loop().suspended());
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
    again_.reset();
    reading_ = host_.manager().read(unit_, [this](const auto& outcome) {
        reading_.reset();
        wasRead(outcome);
    });
}

void UnitMonitor::wasRead(const systemd::Manager::Outcome<systemd::UnitFacts>& outcome) {
    if (const auto* failure = std::get_if<systemd::Failure>(&outcome)) {
        // When the connection is back it is read again.
        if (!systemd::isLost(*failure)) {
            refused(*failure);
        }
        return;
    }
    if (std::exchange(stale_, false)) {
        read();
        return;
    }
    refusals_ = 0;
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

/// No answer is not the answer that nothing runs.
void UnitMonitor::refused(const systemd::Failure& failure) {
    constexpr core::Duration kAgain = std::chrono::seconds(1);
    constexpr int kMost = 5;
    if (++refusals_ == kMost) {
        report(
            tracker_.unknown("systemd does not report the state of unit " + unit_ + ": " + failure.message));
    }
    again_ = host_.loop().addTimer(host_.loop().now() + kAgain, [this] { read(); });
}

void UnitMonitor::changed(const systemd::Manager::Change& change) {
    if (!factsKnown_) {
        return;
    }
    stale_ = reading_ != nullptr;
    facts_.processes.reset();
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

/// On its way to a restart of its own a unit is down for a moment, and PID 1 reports that too. Which units
/// start it again after a clean end PID 1 does not report when it changes.
void UnitMonitor::heard() {
    const bool confirm = restartsItself(facts_) || systemd::endedWell(facts_);
    if (confirm && systemd::conditionOf(facts_) == systemd::UnitCondition::down) {
        heardDown_ = facts_;
        read();
    } else {
        judge();
    }
}

void UnitMonitor::note() {
    const bool itself = restartsItself(facts_);
    if (const auto note = systemd::endNote(facts_, unit_); note != endNote_) {
        endNote_ = note;
        if (!note.empty()) {
            host_.log().warn(note);
        }
    }
    core::event::UnitSettings settings{process_, itself ? facts_.restart : "", facts_.relations,
                                       systemd::limitOf(facts_.timeoutStart),
                                       systemd::limitOf(facts_.timeoutStop)};
    if (settings_ == settings) {
        return;
    }
    if (itself && !(settings_ && settings_->restart == settings.restart)) {
        host_.log().info(systemd::restartNote(facts_, unit_));
    }
    settings_ = settings;
    events_.post(std::move(settings));
}

/// PID 1 does not report a main process that takes over from another one while the unit runs (a daemon that
/// is upgraded on the fly writes its PID into the PID file): after the end of the main process it is asked.
void UnitMonitor::watchMain() {
    const auto key = runtime::keyOfPid(facts_.mainPid);
    if (key && main_.key() != *key) {
        reread_.reset();
        rereads_ = 0;
        main_.hold(*key);
    }
}

void UnitMonitor::planReread() {
    constexpr core::Duration kSoon = std::chrono::milliseconds(200);
    constexpr int kMost = 10;
    reread_ = host_.loop().addTimer(host_.loop().now() + kSoon, [this] {
        const bool reported = !systemd::isActive(facts_) || facts_.mainPid != main_.key()->pid;
        if (!reported && ++rereads_ <= kMost) {
            read();
            planReread();
        }
    });
}

void UnitMonitor::judge() {
    rejudge_.reset();
    watchMain();
    inquiry_.reset();
    journal_.reset();
    facts_.hadProcesses = !facts_.invocation.empty() && facts_.invocation == daemonRun_;
    if (!systemd::mayBecomeHollow(facts_)) {
        nextCount_.reset();
        counting_.reset();
    } else if (!facts_.processes && facts_.job == 0) {
        count();
        return;
    } else {
        planCount();
    }
    const auto last = lastMain();
    if (last && tracker_.needsJournal(facts_)) {
        const auto heard = [this](systemd::LastJob job) {
            tracker_.heardFromJournal(job);
            judge();
        };
        journal_.emplace(host_.loop(), systemd::lastJobSince(host_.loop(), unit_, core::startTime(*last)),
                         std::function<void(systemd::LastJob)>(heard));
        journal_->start();
        return;
    }
    if (const auto question = tracker_.question(facts_)) {
        inquire(*question);
    } else {
        conclude({});
    }
}

/// The last main process: as PID 1 has reported it, or as an earlier Healer knew it.
std::optional<core::ProcessKey> UnitMonitor::lastMain() const {
    return main_.key() ? main_.key() : core::processOf(known_);
}

/// What other units have to do with its end is asked before the end is reported.
void UnitMonitor::inquire(const UnitTracker::Question& question) {
    const auto answered = [this](const systemd::Surroundings& surroundings) { conclude(surroundings); };
    systemd::UnitFacts facts = facts_;
    if (const auto last = lastMain(); last && systemd::isUntouched(facts)) {
        facts.activeEnter =
            systemd::monotonicStartOf(*last, host_.loop().suspended()); // PID 1 has forgotten the run
    }
    inquiry_.emplace(host_.loop(),
                     systemd::surroundingsOf(host_.manager(), facts, question.maybeStopped, question.stopJob),
                     std::function<void(systemd::Surroundings)>(answered));
    inquiry_->start();
}

void UnitMonitor::conclude(const systemd::Surroundings& surroundings) {
    const auto main = runtime::keyOfPid(facts_.mainPid);
    if (main.isUnknown()) {
        // Which says nothing about it.
        tracker_.unreadable(facts_);
        rejudge_ = host_.loop().addTimer(host_.loop().now() + kPause, [this] { judge(); });
    } else {
        report(tracker_.update(facts_, main.orNone(), surroundings));
    }
    inquiry_.reset();
    noteJob();
}

void UnitMonitor::count() {
    counting_ = host_.manager().processes(unit_, [this](const auto& outcome) {
        counting_.reset();
        counted(outcome);
    });
}

void UnitMonitor::counted(const systemd::Manager::Outcome<std::size_t>& outcome) {
    const auto* processes = std::get_if<std::size_t>(&outcome);
    if (processes == nullptr) {
        // Not known is not gone.
        planCount();
        conclude({});
        return;
    }
    const bool news = facts_.processes != *processes;
    facts_.processes = *processes;
    const bool daemon = systemd::hasDaemon(facts_, monotonicNow(host_.loop())) ||
                        (known_ && systemd::knownToHaveHadProcesses(facts_, *known_));
    const bool found = daemon && daemonRun_ != facts_.invocation;
    if (found) {
        daemonRun_ = facts_.invocation;
    }
    if (news || found) {
        judge();
    } else {
        planCount();
    }
}

/// Polling, but of such units only: PID 1 does not report when the last process of one has ended.
void UnitMonitor::planCount() {
    const core::Duration entered(static_cast<core::Duration::rep>(facts_.activeEnter));
    const bool young = monotonicNow(host_.loop()) - entered < kYoung;
    if (facts_.processes != std::optional<std::size_t>(0) || young) {
        nextCount_ = host_.loop().addTimer(host_.loop().now() + kCountInterval, [this] { count(); });
    } else {
        nextCount_.reset();
    }
}

void UnitMonitor::noteJob() {
    if (inquiry_ || journal_) {
        return; // what the job has done is reported first
    }
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
