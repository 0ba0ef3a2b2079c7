// SPDX-License-Identifier: Apache-2.0
#include "monitor/ebpf/ebpf_host.hpp"

#include "core/identity.hpp"
#include "monitor/ebpf/ebpf_monitor.hpp"
#include "runtime/proc_entry.hpp"
#include "runtime/spawn/own_children.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <iterator>
#include <string>
#include <utility>

namespace healer::monitor::ebpf {

namespace {

constexpr core::Duration kExecDelay = std::chrono::milliseconds(3);
constexpr core::Duration kExecSlice = std::chrono::milliseconds(2);
constexpr std::size_t kMostExecs = 16384;
constexpr unsigned kMostExecLooks = 50;
/// Of more entries with one program none is asked about a start whose arguments show nothing: the scan does.
constexpr std::size_t kMostAsked = 16;

} // namespace

EbpfHost::EbpfHost(const HostContext& context, LoadProbe load)
    : context_(context), load_(std::move(load)),
      scan_(context.loop, [this](pid_t pid) { return isFollowed(pid); }), timers_(context.loop) {
    auto probe = load_(context_.processes);
    if (!probe) {
        status_ = probe.error().message;
        context_.log.report(core::notice::EbpfUnavailable{status_});
        return;
    }
    use(std::move(*probe));
    // A record is there before the pidfd is readable, and holds more.
    context_.loop.processEnds().setBriefing([this] { drain(); });
}

EbpfHost::~EbpfHost() {
    context_.loop.processEnds().setBriefing({});
}

void EbpfHost::use(std::unique_ptr<KernelProbe> probe) {
    readable_.reset();
    probe_ = std::move(probe);
    readable_ = context_.loop.addIo(probe_->fd(), EPOLLIN, [this](std::uint32_t) { drain(); });
}

/// The larger probe records before the other one stops, so that none is missed. What both have recorded is
/// reported once, as the monitors know.
void EbpfHost::prepareFor(std::size_t processes) {
    if (!probe_ || processes <= probe_->capacity()) {
        return;
    }
    auto larger = load_(processes);
    if (!larger) {
        context_.log.warn("eBPF: no space for the records of " + std::to_string(processes) +
                          " processes at once: " + larger.error().message);
        return;
    }
    for (const auto& [pid, monitors] : byPid_) {
        (void)(*larger)->watch(pid).ok();
    }
    for (const auto& [name, monitors] : expecting_) {
        (void)(*larger)->expect(name).ok();
    }
    drain();
    lostBefore_ += probe_->lost();
    use(std::move(*larger));
}

std::unique_ptr<Monitor> EbpfHost::make(MonitorContext context) {
    return std::make_unique<EbpfMonitor>(*this, std::move(context));
}

std::uint64_t EbpfHost::lostEvents() const {
    return lostBefore_ + (probe_ ? probe_->lost() : 0);
}

void EbpfHost::remove(EbpfMonitor& monitor) {
    monitors_.erase(&monitor);
    timers_.clear(monitor);
}

void EbpfHost::watch(EbpfMonitor& monitor, pid_t pid) {
    byPid_[pid].insert(&monitor);
    if (!probe_) {
        return;
    }
    if (const auto entered = probe_->watch(pid); !entered) {
        context_.log.warn(entered.error().message + "; its exit is noticed by pidfd");
    }
}

void EbpfHost::unwatch(EbpfMonitor& monitor, pid_t pid) {
    const auto entry = byPid_.find(pid);
    if (entry == byPid_.end() || entry->second.erase(&monitor) == 0 || !entry->second.empty()) {
        return;
    }
    byPid_.erase(entry);
    if (probe_) {
        probe_->unwatch(pid);
    }
}

/// The living instance of one entry is none of another: most of what runs need not be looked at.
bool EbpfHost::isFollowed(pid_t pid) const {
    const auto entry = byPid_.find(pid);
    return entry != byPid_.end() && std::ranges::any_of(entry->second, [](const EbpfMonitor* monitor) {
               return monitor->followsByCommand();
           });
}

void EbpfHost::expect(EbpfMonitor& monitor, const core::CommandPlan& command) {
    const std::string name(core::baseName(command.path));
    auto& byArguments = expecting_[asKernelCuts(name)];
    const bool first = byArguments.empty();
    byArguments[core::argumentsKey(command.args)].insert(&monitor);
    if (!probe_ || !first) {
        return;
    }
    if (const auto entered = probe_->expect(name); !entered) {
        context_.log.warn(entered.error().message + "; new instances are noticed by the periodic scan");
    }
}

void EbpfHost::unexpect(EbpfMonitor& monitor, const core::CommandPlan& command) {
    const std::string name(core::baseName(command.path));
    const auto entry = expecting_.find(asKernelCuts(name));
    if (entry == expecting_.end()) {
        return;
    }
    const auto waiting = entry->second.find(core::argumentsKey(command.args));
    if (waiting == entry->second.end()) {
        return;
    }
    waiting->second.erase(&monitor);
    if (waiting->second.empty()) {
        entry->second.erase(waiting);
    }
    if (entry->second.empty()) {
        expecting_.erase(entry);
        if (probe_) {
            probe_->unexpect(name);
        }
    }
}

void EbpfHost::drain() {
    if (!probe_) {
        return;
    }
    probe_->drain([this](const KernelRecord& record) { dispatch(record); });
    recoverLosses();
}

void EbpfHost::dispatch(const KernelRecord& record) {
    // A copy, as a monitor may enter or remove itself. It only queues its reports, so nothing else changes.
    if (const auto* exit = std::get_if<ExitRecord>(&record)) {
        if (const auto entry = byPid_.find(exit->key.pid); entry != byPid_.end()) {
            for (auto* monitor : std::set(entry->second)) {
                monitor->onExit(*exit);
            }
        }
        return;
    }
    if (execs_.size() >= kMostExecs) {
        return; // only a hint: the periodic scan finds it
    }
    execs_.push_back(std::get<ExecRecord>(record));
    if (execs_.size() == 1) {
        execTimer_ = context_.loop.addTimer(context_.loop.now() + kExecDelay, [this] { dispatchExecs(); });
    }
}

/// Most starts are Healer's own, which the launcher reports, or known a moment later, so that nothing has to
/// be read while they start up. The work is done in slices, so that a user who keeps starting programs of
/// that name cannot block the loop.
void EbpfHost::dispatchExecs() {
    const auto end = context_.loop.now() + kExecSlice;
    std::deque<ExecRecord> unreadable;
    while (!execs_.empty() && context_.loop.now() < end) {
        ExecRecord exec = execs_.front();
        execs_.pop_front();
        const bool known = byPid_.contains(exec.pid) || runtime::isOwnChild(exec.pid);
        if (!known && !dispatchExec(exec) && ++exec.looks < kMostExecLooks) {
            unreadable.push_back(std::move(exec));
        }
    }
    const auto next = [this] { dispatchExecs(); };
    if (!execs_.empty()) {
        execTimer_ = context_.loop.addDeferred(next);
    } else if (!unreadable.empty()) {
        execTimer_ = context_.loop.addTimer(context_.loop.now() + kExecDelay, next);
    } else {
        execTimer_ = runtime::Source();
    }
    execs_.insert(execs_.end(), std::make_move_iterator(unreadable.begin()),
                  std::make_move_iterator(unreadable.end()));
}

/// False: the arguments cannot be read yet, as the exec is not finished or there are no descriptors.
bool EbpfHost::dispatchExec(const ExecRecord& exec) {
    const auto byArguments = expecting_.find(exec.name);
    if (byArguments == expecting_.end()) {
        return true;
    }
    const auto wanted = [&](const core::ProcessFacts& known) {
        return std::ranges::any_of(byArguments->second, [&](const auto& waiting) {
            return std::ranges::any_of(waiting.second,
                                       [&](const EbpfMonitor* monitor) { return monitor->mayBe(known); });
        });
    };
    const auto entry = runtime::ProcEntry::open(exec.pid);
    auto facts = entry ? entry->facts(wanted) : runtime::Reading<core::ProcessFacts>::as(entry);
    if (!facts || facts->zombie) {
        return !facts.isUnknown();
    }
    if (facts->argv.empty()) {
        return false;
    }
    std::set<EbpfMonitor*> concerned;
    core::forEachTailKey(facts->argv, [&](const std::string& key) {
        if (const auto waiting = byArguments->second.find(key); waiting != byArguments->second.end()) {
            concerned.insert(waiting->second.begin(), waiting->second.end());
        }
    });
    if (concerned.empty() && byArguments->second.size() <= kMostAsked &&
        core::mayHaveReplacedArguments(*facts)) {
        for (const auto& [key, waiting] : byArguments->second) {
            concerned.insert(waiting.begin(), waiting.end());
        }
    }
    if (!concerned.empty()) {
        entry->addOrigin(*facts);
    }
    for (auto* monitor : concerned) {
        monitor->onExec(*facts);
    }
    return true;
}

void EbpfHost::recoverLosses() {
    const auto lost = lostEvents();
    if (lost == lostSeen_) {
        return;
    }
    context_.log.report(core::notice::KernelEventsLost{lost - lostSeen_});
    lostSeen_ = lost;
    for (auto* monitor : monitors_) {
        monitor->recheck();
    }
}

} // namespace healer::monitor::ebpf
