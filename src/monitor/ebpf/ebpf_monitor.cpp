// SPDX-License-Identifier: Apache-2.0
#include "monitor/ebpf/ebpf_monitor.hpp"

#include "core/fork_time.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/proc_entry.hpp"
#include "runtime/proc_family.hpp"
#include "runtime/program_identity.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

namespace healer::monitor::ebpf {

namespace {

/// A program may be started by wrappers (env, the shell scripts of a version manager), and the machine may be
/// busy.
constexpr std::array<core::Duration, 6> kHintLooks{
    std::chrono::milliseconds(5),   std::chrono::milliseconds(20), std::chrono::milliseconds(100),
    std::chrono::milliseconds(500), std::chrono::seconds(2),       std::chrono::seconds(5)};
constexpr std::size_t kMostHints = 16;

} // namespace

EbpfMonitor::EbpfMonitor(EbpfHost& host, MonitorContext context)
    : host_(host), process_(context.process), transientUnit_(std::move(context.transientUnit)),
      isOfAnother_(std::move(context.isOfAnother)),
      interval_(std::get<core::Duration>(context.plan.args.at("interval_secs"))),
      events_(host.loop(), std::move(context.report)),
      watch_(host.loop(), [this](const core::Exit& exit) { onPidfd(exit); }), hintTimer_(*this) {
    host_.enter(*this);
}

EbpfMonitor::~EbpfMonitor() {
    release();
    host_.timers().clear(hintTimer_);
    host_.remove(*this);
}

runtime::Reading<core::Identity> EbpfMonitor::identity() const {
    return runtime::identityOf(process_.command, transientUnit_);
}

void EbpfMonitor::start(std::optional<core::Instance> known) {
    expectInstance();
    const auto process = core::processOf(known);
    if (process && runtime::mayRun(*process)) {
        events_.post(upOf(process_.name, *process));
        return;
    }
    if (process) {
        predecessor_ =
            core::Predecessor{.key = *process, .endTicks = ticksOf(host_.loop().now()), .endUnknown = true};
    }
    ask();
}

void EbpfMonitor::follow(std::optional<core::Instance> instance) {
    const auto key = core::processOf(instance);
    if (key && key == watch_.key()) {
        return;
    }
    if (!key) {
        dropInstance();
        expectInstance();
        if (instance && std::holds_alternative<core::EndedProcess>(*instance)) {
            events_.post(core::event::Down{process_.name, *instance, {}});
        }
        return;
    }
    release();
    predecessor_.reset();
    // First the kernel's table, then the check whether it is still alive, so that no exit is missed in
    // between.
    host_.watch(*this, key->pid);
    watch_.hold(key);
}

void EbpfMonitor::dropInstance() {
    if (watch_.key()) {
        host_.unwatch(*this, watch_.key()->pid);
    }
    watch_.hold(std::nullopt);
    downReported_ = false;
}

void EbpfMonitor::release() {
    dropInstance();
    if (std::exchange(hinting_, false)) {
        host_.unexpect(*this, process_.command);
    }
    hints_.clear();
    host_.timers().clear(hintTimer_);
    host_.timers().clear(*this);
}

void EbpfMonitor::expectInstance() {
    if (!std::exchange(hinting_, true)) {
        host_.expect(*this, process_.command);
    }
    host_.timers().setNext(*this, interval_);
}

void EbpfMonitor::onExit(const ExitRecord& record) {
    if (watch_.key() == record.key) {
        watch_.markEnded();
        noteEnd(record.exit, record.endTicks);
    }
}

void EbpfMonitor::onPidfd(const core::Exit& exit) {
    // Where there is no pidfd, the record may still be in the ring. What follows from it may already have
    // been done: then something else is followed now, or nothing.
    const auto ended = watch_.key();
    host_.drain();
    if (ended && watch_.key() == ended) {
        noteEnd(exit, ticksOf(host_.loop().now()));
    }
}

void EbpfMonitor::noteEnd(core::Exit exit, std::uint64_t endTicks) {
    if (std::exchange(downReported_, true)) {
        return;
    }
    const auto key = *watch_.key();
    const bool clean = exit.reason == core::ExitReason::exited && exit.code == 0;
    const bool young = endTicks < key.startTicks + ticksOf(core::TimePoint(core::kForksWithin));
    const bool mayHaveForked = clean || (young && exit.reason == core::ExitReason::vanished);
    predecessor_ = core::Predecessor{key, endTicks, mayHaveForked};
    events_.post(core::event::Down{process_.name, key, std::move(exit)});
    events_.flush();
    if (!watch_.alive()) {
        expectInstance();
    }
}

void EbpfMonitor::look() {
    watch_.check();
    if (watch_.alive()) {
        events_.post(upOf(process_.name, *watch_.key()));
    } else {
        ask();
    }
}

void EbpfMonitor::ask() {
    questions_.push_back(host_.scan().find(
        [this] { return identity(); },
        [this](std::vector<core::Candidate> found) {
            std::erase_if(questions_, [](const auto& question) { return !question.pending(); });
            if (watch_.alive()) {
                events_.post(upOf(process_.name, *watch_.key()));
            } else if (const auto finding = reportUp(std::move(found))) {
                events_.post(finding->doubtful
                                 ? core::event::Absent{process_.name, finding->why, finding->doubtful}
                                 : core::event::Absent{process_.name, "no running instance was found"});
            }
        }));
}

void EbpfMonitor::scanQuietly() {
    watch_.check(); // what is found then is judged as its successor
    if (watch_.alive() || quiet_.pending()) {
        return;
    }
    quiet_ = host_.scan().find([this] { return identity(); },
                               [this](std::vector<core::Candidate> found) {
                                   quiet_ = {};
                                   if (!watch_.alive()) {
                                       reportUp(std::move(found));
                                   }
                               });
}

std::optional<core::Finding> EbpfMonitor::reportUp(std::vector<core::Candidate> candidates) {
    // Those that have ended since they were seen are no parents either: a daemon's is about to.
    std::erase_if(candidates, [this](const core::Candidate& one) {
        return isOfAnother_(one.facts) || !runtime::mayRun(one.facts.key) || !mayTakeOver(one.facts);
    });
    auto finding = core::choose(candidates, predecessor_);
    if (!finding.instance || !runtime::mayRun(*finding.instance)) {
        return finding;
    }
    events_.post(upOf(process_.name, *finding.instance));
    return std::nullopt;
}

/// What was running already when the predecessor ended cleanly takes over from it where it runs the program:
/// other processes of the unit are helpers that linger, and so is what a program that ran for long has merely
/// forked.
bool EbpfMonitor::mayTakeOver(const core::ProcessFacts& facts) const {
    if (!predecessor_ || !predecessor_->exitedCleanly || facts.key.startTicks >= predecessor_->endTicks) {
        return true;
    }
    const std::uint64_t lived = predecessor_->endTicks - predecessor_->key.startTicks;
    if (facts.forkedOnly && lived > ticksOf(core::TimePoint(process_.startTimeout))) {
        return false;
    }
    const auto program = identity();
    return !program || core::runsProgram(*program, facts);
}

void EbpfMonitor::recheck() {
    scanQuietly();
}

void EbpfMonitor::due() {
    if (!watch_.alive()) {
        scanQuietly();
        host_.timers().setNext(*this, interval_);
    }
}

bool EbpfMonitor::mayBe(const core::ProcessFacts& facts) const {
    return facts.effectiveUid == process_.command.user.uid ||
           (!facts.unit.empty() && facts.unit == transientUnit_);
}

void EbpfMonitor::onExec(const core::ProcessFacts& facts) {
    if (watch_.alive() || settle(facts)) {
        return;
    }
    const bool known = std::ranges::any_of(hints_, [&](const Hint& hint) { return hint.key == facts.key; });
    if (!known && hints_.size() < kMostHints) {
        hints_.push_back(Hint{facts.key});
        host_.timers().set(hintTimer_, host_.loop().now() + kHintLooks.front());
    }
}

bool EbpfMonitor::settle(const core::ProcessFacts& facts) {
    const auto wanted = identity();
    if (!wanted) {
        return false;
    }
    auto judgement = runtime::judgeInFamily(*wanted, facts);
    if (judgement.answer == core::Answer::yes || judgement.answer == core::Answer::inferred) {
        reportUp({core::Candidate{facts, std::move(judgement)}});
        return true;
    }
    // Only a process of the right user can still become the instance; no other is examined again.
    return facts.zombie || facts.effectiveUid != process_.command.user.uid;
}

void EbpfMonitor::checkHints() {
    std::optional<core::Duration> next;
    std::erase_if(hints_, [&](Hint& hint) {
        const auto facts = runtime::factsOf(hint.key.pid);
        const bool settled = facts ? facts->key != hint.key || settle(*facts) : !facts.isUnknown();
        if (settled || watch_.alive() || ++hint.looks == kHintLooks.size()) {
            return true;
        }
        next = std::min(next.value_or(kHintLooks[hint.looks]), kHintLooks[hint.looks]);
        return false;
    });
    if (next) {
        host_.timers().set(hintTimer_, host_.loop().now() + *next);
    }
}

} // namespace healer::monitor::ebpf
