// SPDX-License-Identifier: Apache-2.0
#include "monitor/pidfile/pid_file_monitor.hpp"

#include "runtime/pidfd.hpp"
#include "runtime/proc_entry.hpp"
#include "runtime/program_identity.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <system_error>
#include <utility>

namespace healer::monitor::pidfile {

namespace {

core::event::Up namedUpOf(const std::string& process, core::ProcessKey key) {
    auto up = upOf(process, key);
    up.named = true;
    return up;
}

constexpr core::Duration kQuick = std::chrono::milliseconds(50);
/// What was started and had ended when it was looked at was started in the last moment.
constexpr core::Duration kRecent = std::chrono::seconds(2);

} // namespace

PidFileMonitor::PidFileMonitor(PidFileHost& host, MonitorContext context)
    : host_(host), process_(context.process), transientUnit_(std::move(context.transientUnit)),
      isOfAnother_(std::move(context.isOfAnother)),
      path_(std::get<std::string>(context.plan.args.at("pid_file_path"))),
      interval_(std::get<core::Duration>(context.plan.args.at("interval_secs"))),
      events_(host.loop(), std::move(context.report)),
      watch_(host.loop(), [this](core::Exit exit) { onEnded(std::move(exit)); }), quickDelay_(kQuick) {}

PidFileMonitor::~PidFileMonitor() {
    host_.folders().remove(*this);
    host_.timers().clear(*this);
}

runtime::Reading<core::Identity> PidFileMonitor::identity() const {
    return runtime::identityOf(process_.command, transientUnit_);
}

void PidFileMonitor::start(std::optional<core::Instance> known) {
    host_.folders().add(*this, path_);
    if (const auto process = core::processOf(known); process && runtime::mayRun(*process)) {
        awaited_ = process;
        known_ = process;
    }
    look();
}

void PidFileMonitor::follow(std::optional<core::Instance> instance) {
    const auto key = core::processOf(instance);
    if (const auto* ended = instance ? std::get_if<core::EndedProcess>(&*instance) : nullptr) {
        started_ = core::ProcessKey{ended->pid, ticksOf(host_.loop().now() - kRecent)};
        events_.post(core::event::Down{process_.name, *instance, {}});
    }
    if (key == watch_.key()) {
        return;
    }
    watch_.hold(key);
    settled_ = false;
    warned_ = false;
    waitUntil_.reset();
    awaited_.reset();
    quickDelay_ = kQuick;
    if (key) {
        started_ = key;
        predecessor_.reset();
    }
    update();
}

void PidFileMonitor::look() {
    ++open_;
    update();
}

void PidFileMonitor::fileChanged() {
    quickDelay_ = kQuick;
    update();
}

void PidFileMonitor::due() {
    const auto stamp = stampOf(path_);
    if (!stamp) {
        host_.folders().rearm(*this);
    }
    if (settled_ && watch_.alive() && stamp == stamp_) {
        plan(NextLook::afterInterval);
    } else {
        update();
    }
}

PidFileMonitor::Verdict PidFileMonitor::inspect() const {
    const auto note = readPidFile(path_, process_.command.user.uid);
    if (!note) {
        return Verdict{std::nullopt, note.error().message};
    }
    const auto facts = runtime::factsOf(note->pid);
    if (facts.isUnknown()) {
        return unreadable(note->pid, facts.error());
    }
    if (!facts || facts->zombie || (predecessor_ && predecessor_->key == facts->key)) {
        return Verdict{std::nullopt, "PID file " + path_ + " names a process that does not run"};
    }
    // Another user could name another instance of the same program.
    const auto& trusted = {uid_t{0}, geteuid(), process_.command.user.uid, facts->realUid,
                           facts->effectiveUid};
    if (std::ranges::find(trusted, note->writer) == std::end(trusted)) {
        return Verdict{std::nullopt, "PID file " + path_ + " belongs to UID " + std::to_string(note->writer) +
                                         ", neither to root nor to the user of the process"};
    }
    // What an earlier Healer has recognised is known.
    if ((watch_.alive() && facts->key == watch_.key()) || facts->key == known_) {
        return Verdict{facts->key, {}};
    }
    if (isOfAnother_(*facts)) {
        return Verdict{std::nullopt, "PID file " + path_ + " names the instance of another entry"};
    }
    const auto wanted = identity();
    if (!wanted) {
        return unreadable(note->pid, wanted.error());
    }
    if (core::isNamedRightly(*wanted, *facts, voucherFor(*facts, *note))) {
        return Verdict{facts->key, {}};
    }
    return Verdict{.verified = std::nullopt,
                   .reason = "PID file " + path_ + " names a process that does not run " +
                             process_.command.path + " as user " + process_.command.user.name,
                   .mayBecome = true};
}

/// What is held by a pidfd is certainly what the file names; of anything else nothing is known.
PidFileMonitor::Verdict PidFileMonitor::unreadable(pid_t pid, int error) const {
    if (watch_.alive() && watch_.key()->pid == pid) {
        return Verdict{watch_.key(), {}};
    }
    return Verdict{.verified = std::nullopt,
                   .reason = "PID file " + path_ + " names a process that cannot be looked at: " +
                             std::generic_category().message(error),
                   .mayBecome = true};
}

/// A program that becomes another user than the one that started it shows nothing of its origin. Root vouches
/// for it by a file in a place of root's own, also where root has given the file to that user.
core::Voucher PidFileMonitor::voucherFor(const core::ProcessFacts& facts, const PidNote& note) const {
    const bool usual =
        facts.realUid == process_.command.user.uid && facts.effectiveUid == process_.command.user.uid;
    if (usual) {
        return core::Voucher::user;
    }
    const bool byRoot =
        note.byOwnerAlone && (note.writer == 0 || note.writer == facts.effectiveUid) && isPlaceOfRoot(path_);
    return byRoot || descends(facts) ? core::Voucher::root : core::Voucher::user;
}

/// Whether it comes from what was started as the instance: it is in the session of that one, which no other
/// process can enter, or was started after it in Healer's own cgroup.
bool PidFileMonitor::descends(const core::ProcessFacts& facts) const {
    if (!started_ || facts.key.startTicks < started_->startTicks) {
        return false;
    }
    const auto own = runtime::ProcEntry::open(getpid());
    return facts.session == started_->pid || (own && own->unit() == facts.unit);
}

void PidFileMonitor::update() {
    stamp_ = stampOf(path_); // before reading, so that a change in between is seen at the next look
    const auto verdict = inspect();
    if (verdict.verified) {
        onVerified(*verdict.verified);
    } else {
        onUnverified(verdict);
    }
    host_.folders().setWrites(*this, settled_ ? FolderWatch::Writes::onClose : FolderWatch::Writes::each);
}

void PidFileMonitor::onVerified(core::ProcessKey key) {
    settled_ = watch_.alive() && watch_.key() == key;
    warned_ = false;
    awaited_.reset();
    waitUntil_.reset();
    quickDelay_ = kQuick;
    const auto up = namedUpOf(process_.name, key);
    if (open_ > 0) {
        answer(up);
    } else if (upReported_ != key) {
        events_.post(up);
    }
    upReported_ = key;
    plan(NextLook::afterInterval);
}

void PidFileMonitor::onUnverified(const Verdict& verdict) {
    if (std::exchange(settled_, false) && watch_.alive() && !std::exchange(warned_, true)) {
        host_.log().report(core::notice::PidFileDoubted{process_.name, watch_.key()->pid, verdict.reason});
    }
    if (open_ > 0) {
        answerWithout(verdict.reason);
    }
    const bool quick = verdict.mayBecome || open_ > 0 || (watch_.alive() && !warned_);
    plan(quick ? NextLook::quick : NextLook::afterInterval);
}

void PidFileMonitor::answerWithout(const std::string& reason) {
    if (watch_.alive() && (warned_ || upReported_ == watch_.key())) {
        answer(namedUpOf(process_.name, *watch_.key()));
        return;
    }
    if (watch_.alive()) {
        await(*watch_.key(), reason);
    } else if (awaited_ && runtime::mayRun(*awaited_)) {
        await(*awaited_, reason);
    } else {
        awaited_.reset();
        search(reason);
    }
}

/// What was running already when the predecessor ended, and does not run the program: it may share its unit.
bool PidFileMonitor::isHelper(const core::ProcessFacts& facts) const {
    if (!predecessor_ || facts.key.startTicks >= predecessor_->endTicks) {
        return false;
    }
    const auto program = identity();
    return program && !core::runsProgram(*program, facts);
}

void PidFileMonitor::search(const std::string& reason) {
    if (question_.pending()) {
        return;
    }
    question_ = host_.scan().find(
        [this] { return identity(); },
        [this, reason](std::vector<core::Candidate> found) {
            if (open_ == 0) {
                return;
            }
            // The file may not have been readable before: a scan is answered only when everything could be
            // read.
            if (const auto now = inspect(); now.verified) {
                onVerified(*now.verified);
                return;
            }
            std::erase_if(found, [this](const core::Candidate& one) {
                return isOfAnother_(one.facts) || isHelper(one.facts);
            });
            const auto finding = core::choose(found, predecessor_);
            if (finding.instance && runtime::mayRun(*finding.instance)) {
                await(*finding.instance, reason);
                plan(NextLook::quick);
                return;
            }
            waitUntil_.reset();
            answer(finding.doubtful
                       ? core::event::Absent{process_.name, finding.why + "; " + reason, finding.doubtful}
                       : core::event::Absent{process_.name, reason});
        });
}

void PidFileMonitor::await(core::ProcessKey instance, const std::string& reason) {
    const auto now = host_.loop().now();
    awaited_ = instance;
    if (!waitUntil_) {
        waitUntil_ = now + process_.startTimeout;
    }
    if (now < *waitUntil_) {
        return;
    }
    host_.log().report(core::notice::PidFileDoubted{process_.name, instance.pid, reason});
    warned_ = true;
    waitUntil_.reset();
    awaited_.reset();
    answer(namedUpOf(process_.name, instance));
    upReported_ = instance;
}

void PidFileMonitor::answer(const core::Event& event) {
    for (; open_ > 0; --open_) {
        events_.post(event);
    }
}

void PidFileMonitor::onEnded(core::Exit exit) {
    const auto key = *watch_.key();
    settled_ = false;
    predecessor_ = core::Predecessor{key, ticksOf(host_.loop().now()),
                                     exit.reason == core::ExitReason::exited && exit.code == 0,
                                     exit.reason == core::ExitReason::vanished};
    events_.post(core::event::Down{process_.name, key, std::move(exit)});
    // The file may already name the successor.
    update();
}

void PidFileMonitor::plan(NextLook next) {
    if (next == NextLook::afterInterval) {
        host_.timers().setNext(*this, interval_);
        return;
    }
    const auto soon = host_.loop().now() + std::min(quickDelay_, interval_);
    host_.timers().set(*this, waitUntil_ ? std::min(soon, *waitUntil_) : soon);
    quickDelay_ = std::min(2 * quickDelay_, interval_);
}

} // namespace healer::monitor::pidfile
