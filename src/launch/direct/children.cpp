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
    const Number number = ++last_;
    Child& child = children_[number];
    child.name = name;
    child.key = key;
    child.program = program;
    child.end = loop_.processEnds().await(core::processOf(key), std::move(pidfd),
                                          [this, number](const core::Exit& exit) { ended(number, exit); });
    byInstance_[key] = number;
}

void Children::bury(std::unique_ptr<runtime::Spawn> spawn) {
    const Number number = ++last_;
    Child& child = children_[number];
    (void)runtime::sendSignal(spawn->pidfd(), SIGKILL);
    child.buriedEnd =
        loop_.addIo(spawn->pidfd(), EPOLLIN, [this, number](std::uint32_t) { ended(number, {}); });
    child.memory = std::move(spawn);
}

void Children::forget(const std::string& name) {
    outlived_.erase(name);
    for (auto& [number, child] : children_) {
        if (child.name == name) {
            child.name.clear();
        }
    }
}

int Children::pidfdOf(core::Instance key) const {
    const auto found = byInstance_.find(key);
    return found == byInstance_.end() ? -1 : children_.at(found->second).end.pidfd();
}

bool Children::whenEnded(core::Instance key, std::function<void()> callback) {
    const auto found = byInstance_.find(key);
    if (found == byInstance_.end()) {
        return false;
    }
    children_.at(found->second).waiting.push_back(std::move(callback));
    return true;
}

/// All others who wait for this end are given how it came about: the zombie is not needed.
void Children::ended(Number number, const core::Exit& exit) {
    const auto& child = children_.at(number);
    if (!child.name.empty()) {
        report_(core::event::Down{child.name, child.key, exit});
    }
    reap(number);
}

void Children::reap(Number number) {
    const Child child = std::move(children_.extract(number).mapped());
    runtime::reapOwnChild(child.memory ? child.memory->pidfd() : child.end.pidfd());
    if (const auto found = byInstance_.find(child.key);
        found != byInstance_.end() && found->second == number) {
        byInstance_.erase(found);
    }
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
