// SPDX-License-Identifier: Apache-2.0
#include "launch/direct/children.hpp"

#include "launch/session.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/spawn/own_children.hpp"

#include <sys/epoll.h>

#include <csignal>
#include <utility>

namespace healer::launch::direct {

Children::Children(runtime::Loop& loop, Report report) : loop_(loop), report_(std::move(report)) {
    // An ignored SIGCHLD, inherited perhaps, would have the kernel throw the exit statuses away.
    std::signal(SIGCHLD, SIG_DFL);
}

void Children::follow(const std::string& name, core::Instance key, runtime::UniqueFd pidfd, Program program) {
    watch(Child{name, key, program, std::move(pidfd), nullptr, {}, {}});
}

void Children::bury(std::unique_ptr<runtime::Spawn> spawn) {
    (void)runtime::sendSignal(spawn->pidfd(), SIGKILL);
    watch(Child{"", {}, Program::binary, {}, std::move(spawn), {}, {}});
}

void Children::forget(const std::string& name) {
    outlived_.erase(name);
    for (auto& [pidfd, child] : children_) {
        if (child.name == name) {
            child.name.clear();
        }
    }
}

int Children::pidfdOf(core::Instance key) const {
    const auto found = pidfds_.find(key);
    return found == pidfds_.end() ? -1 : found->second;
}

bool Children::whenEnded(core::Instance key, std::function<void()> callback) {
    const int pidfd = pidfdOf(key);
    if (pidfd < 0) {
        return false;
    }
    children_.at(pidfd).waiting.push_back(std::move(callback));
    return true;
}

void Children::watch(Child child) {
    const int pidfd = child.memory ? child.memory->pidfd() : child.pidfd.get();
    if (!child.name.empty()) {
        pidfds_[child.key] = pidfd;
    }
    child.source = loop_.addIo(pidfd, EPOLLIN, [this, pidfd](std::uint32_t) { ended(pidfd); });
    children_.insert_or_assign(pidfd, std::move(child));
}

void Children::ended(int pidfd) {
    auto& child = children_.at(pidfd);
    // Two turns: what became ready together with this comes before the first, in any order.
    child.source = loop_.addDeferred(
        [this, pidfd] { children_.at(pidfd).source = loop_.addDeferred([this, pidfd] { reap(pidfd); }); });
    if (!child.name.empty()) {
        report_(core::event::Down{child.name, child.key, runtime::exitOf(pidfd)});
    }
}

void Children::reap(int pidfd) {
    const auto found = children_.find(pidfd);
    runtime::reapOwnChild(pidfd);
    if (const auto key = pidfds_.find(found->second.key); key != pidfds_.end() && key->second == pidfd) {
        pidfds_.erase(key);
    }
    const Child child = std::move(found->second);
    children_.erase(found);
    noteOutlived(child);
    for (const auto& callback : child.waiting) {
        callback();
    }
}

/// Its group is asked for, which costs nothing; a script may also have others in groups of their own
/// (timeout(1), job control), so that its session is looked through.
void Children::noteOutlived(const Child& child) {
    const auto process = core::processOf(child.key);
    if (child.name.empty() || !process) {
        return;
    }
    const bool suspected = leftGroup(process->pid) || child.program == Program::script;
    if (!suspected) {
        return;
    }
    if (const auto members = membersOfSession(*process); !members || !members->empty()) {
        outlived_[child.name] = *process;
    }
}

std::optional<core::ProcessKey> Children::outlived(const std::string& name) const {
    const auto found = outlived_.find(name);
    return found == outlived_.end() ? std::nullopt : std::optional(found->second);
}

} // namespace healer::launch::direct
