// SPDX-License-Identifier: Apache-2.0
#include "machine/kernel.hpp"

#include "machine/machine.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace healer::machine {

namespace {

constexpr core::Duration kTick = std::chrono::milliseconds(10);

core::SignalSender senderOf(int signal, pid_t sender) {
    core::SignalSender by;
    by.signal = signal;
    by.pid = sender;
    by.comm = sender == kInit ? "systemd" : sender == kHealer ? "healer" : "kill";
    return by;
}

} // namespace

pid_t Kernel::make(NewProcess what) {
    const pid_t pid = ++last_;
    Process& process = processes_[pid];
    process.key = {pid, static_cast<std::uint64_t>(machine_.now().time_since_epoch() / kTick)};
    process.parent = what.parent;
    const Process* parent = find(what.parent);
    process.session = what.ownSession || parent == nullptr ? pid : parent->session;
    process.group = what.ownSession || parent == nullptr ? pid : parent->group;
    process.uid = what.uid;
    process.path = std::move(what.path);
    process.argv = std::move(what.argv);
    process.environment = std::move(what.environment);
    process.unit = std::move(what.unit);
    process.forkedOnly = what.forkedOnly;
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        throw std::runtime_error("out of real descriptors");
    }
    process.watched.reset(ends[0]);
    process.end.reset(ends[1]);
    struct stat file {};
    ::fstat(ends[0], &file);
    process.inode = file.st_ino;
    const auto all = observers_;
    for (auto* observer : all) {
        observer->started(process);
    }
    return pid;
}

void Kernel::end(pid_t pid, int status, std::optional<core::SignalSender> sender) {
    Process* process = find(pid);
    if (process == nullptr || process->zombie) {
        return;
    }
    process->zombie = true;
    process->status = status;
    process->sender = std::move(sender);
    orphan(pid);
    (void)!::write(process->end.get(), "x", 1);
    const auto all = observers_;
    for (auto* observer : all) {
        observer->ended(*process);
    }
    if (process->parent != kHealer) {
        reap(pid);
    }
}

void Kernel::signal(pid_t pid, int signal, pid_t sender) {
    Process* process = find(pid);
    if (process == nullptr || process->zombie) {
        return;
    }
    if (signal == SIGKILL) {
        end(pid, SIGKILL, senderOf(signal, sender));
    } else if (signal != 0) {
        machine_.programs().receive(*process, signal, senderOf(signal, sender));
    }
}

void Kernel::reap(pid_t pid) {
    processes_.erase(pid);
}

void Kernel::orphan(pid_t parent) {
    std::vector<pid_t> dead;
    for (auto& [pid, process] : processes_) {
        if (process.parent == parent) {
            process.parent = kInit;
            if (process.zombie) {
                dead.push_back(pid);
            }
        }
    }
    for (const pid_t pid : dead) {
        reap(pid);
    }
}

Process* Kernel::find(pid_t pid) {
    const auto found = processes_.find(pid);
    return found == processes_.end() ? nullptr : &found->second;
}

Process* Kernel::findByPidfd(int pidfd) {
    struct stat file {};
    if (pidfd < 0 || ::fstat(pidfd, &file) != 0) {
        return nullptr;
    }
    for (auto& [pid, process] : processes_) {
        if (process.inode == file.st_ino) {
            return &process;
        }
    }
    return nullptr;
}

bool Kernel::lives(pid_t pid) {
    const Process* process = find(pid);
    return process != nullptr && !process->zombie;
}

std::vector<pid_t> Kernel::pids() const {
    std::vector<pid_t> all;
    for (const auto& [pid, process] : processes_) {
        all.push_back(pid);
    }
    return all;
}

std::vector<Process*> Kernel::living() {
    std::vector<Process*> all;
    for (auto& [pid, process] : processes_) {
        if (!process.zombie) {
            all.push_back(&process);
        }
    }
    return all;
}

std::vector<pid_t> Kernel::inUnit(const std::string& unit) {
    std::vector<pid_t> all;
    for (const Process* process : living()) {
        if (process->unit == unit) {
            all.push_back(process->pid());
        }
    }
    return all;
}

} // namespace healer::machine
