// SPDX-License-Identifier: Apache-2.0
#include "launch/session.hpp"

#include "launch/signal_stop.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/proc_entry.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <string>
#include <utility>

namespace healer::launch {

namespace {

using Stat = runtime::ProcEntry::Stat;

constexpr core::Duration kFirstLook = std::chrono::milliseconds(2);
constexpr core::Duration kLastLook = std::chrono::milliseconds(50);
/// After SIGKILL.
constexpr core::Duration kDying = std::chrono::seconds(5);

/// All living processes; none when some of them may be missing.
std::optional<std::vector<Stat>> livingProcesses() {
    const auto pids = runtime::allPids();
    if (!pids) {
        return std::nullopt;
    }
    std::vector<Stat> found;
    for (const pid_t pid : *pids) {
        const auto process = runtime::ProcEntry::open(pid);
        const auto stat = process ? process->stat() : runtime::Reading<Stat>::as(process);
        if (runtime::isShortage(stat.error())) {
            return std::nullopt;
        }
        if (stat && !stat->zombie() && !stat->kernelThread) {
            found.push_back(*stat);
        }
    }
    return found;
}

/// What it led: a shell gives each command line a group, but no session.
std::vector<core::ProcessKey> ledBy(const std::vector<Stat>& all, core::ProcessKey leader) {
    std::vector<core::ProcessKey> members;
    for (const auto& stat : all) {
        if ((stat.session == leader.pid || stat.group == leader.pid) &&
            stat.key.startTicks >= leader.startTicks) {
            members.push_back(stat.key);
        }
    }
    return members;
}

void send(core::ProcessKey key, const EndingOrder& order, bool kill) {
    (void)signalStop(core::action::Stop{.name = {},
                                        .instance = key,
                                        .force = kill,
                                        .plan = {.signal = order.signal, .timeout = order.patience}});
}

} // namespace

Members membersOfSession(core::ProcessKey leader) {
    const auto now = runtime::keyOfPid(leader.pid);
    if (leader.pid <= 1 || (now && !(now == leader))) {
        return std::vector<core::ProcessKey>();
    }
    const auto all = livingProcesses();
    return all && !now.isUnknown() ? Members(ledBy(*all, leader)) : std::nullopt;
}

Members united(Members one, const Members& other) {
    if (!one || !other) {
        return std::nullopt;
    }
    for (const auto& member : *other) {
        if (std::find(one->begin(), one->end(), member) == one->end()) {
            one->push_back(member);
        }
    }
    return one;
}

bool leftGroup(pid_t leader) {
    return leader > 1 && runtime::groupExists(leader);
}

Members familyOf(core::ProcessKey instance) {
    const auto living = livingProcesses();
    if (!living) {
        return std::nullopt;
    }
    const auto& all = *living;
    const auto self =
        std::find_if(all.begin(), all.end(), [&](const Stat& stat) { return stat.key == instance; });
    if (self == all.end()) {
        return std::vector<core::ProcessKey>();
    }
    if (self->session == instance.pid) {
        return ledBy(all, instance);
    }
    std::vector<core::ProcessKey> family{instance};
    std::set<pid_t> parents{instance.pid};
    for (bool more = true; std::exchange(more, false);) {
        for (const auto& stat : all) {
            if (stat.session == self->session && parents.contains(stat.parent) &&
                parents.insert(stat.key.pid).second) {
                family.push_back(stat.key);
                more = true;
            }
        }
    }
    return family;
}

Members carriersOf(const std::string& variable, std::uint64_t sinceTicks) {
    std::string wanted(1, '\0');
    wanted += variable;
    wanted += '\0';
    const auto all = livingProcesses();
    if (!all) {
        return std::nullopt;
    }
    std::vector<core::ProcessKey> carriers;
    for (const auto& stat : *all) {
        if (stat.key.startTicks < sinceTicks || stat.key.pid == ::getpid()) {
            continue;
        }
        const auto process = runtime::ProcEntry::open(stat.key.pid);
        const auto environment =
            process ? process->environment() : runtime::Reading<std::string>::as(process);
        if (runtime::isShortage(environment.error())) {
            return std::nullopt;
        }
        if (environment && environment->find(wanted) != std::string::npos && runtime::mayRun(stat.key)) {
            carriers.push_back(stat.key);
        }
    }
    return carriers;
}

runtime::Task<bool> endAll(runtime::Loop& loop, std::function<Members()> find, EndingOrder order) {
    bool kill = order.signal == SIGKILL;
    auto deadline = loop.now() + (kill ? kDying : order.patience);
    std::set<core::ProcessKey> signalled;
    for (auto members = find(); !members || !members->empty(); members = find()) {
        if (!members) {
            if (loop.now() >= deadline) {
                co_return false;
            }
            const auto next = loop.now() + kLastLook;
            co_await runtime::until(loop, next);
            continue;
        }
        for (const auto& member : *members) {
            if (signalled.insert(member).second) {
                send(member, order, kill);
            }
        }
        auto pause = kFirstLook;
        while (std::any_of(members->begin(), members->end(), runtime::mayRun)) {
            if (loop.now() >= deadline) {
                if (std::exchange(kill, true)) {
                    co_return false;
                }
                deadline = loop.now() + kDying;
                signalled.clear();
                break;
            }
            const auto next = std::min(loop.now() + pause, deadline);
            pause = std::min(pause * 2, kLastLook);
            co_await runtime::until(loop, next);
        }
    }
    co_return true;
}

} // namespace healer::launch
