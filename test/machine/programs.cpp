// SPDX-License-Identifier: Apache-2.0
#include "machine/programs.hpp"

#include "machine/machine.hpp"

#include <csignal>
#include <cstdio>
#include <fstream>

namespace healer::machine {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kExitStatusShift = 8;

std::string argument(const Process& process, std::size_t index) {
    return process.argv.size() > index ? process.argv[index] : std::string();
}

} // namespace

Programs::Programs(Machine& machine) : machine_(machine) {
    machine_.kernel().observe(*this);
}

Programs::~Programs() {
    machine_.kernel().unobserve(*this);
}

std::string Programs::roleOf(const Process& process) {
    return argument(process, 1);
}

std::string Programs::nameOf(const Process& process) {
    return argument(process, 2);
}

void Programs::setMissing(const std::string& path, bool missing) {
    const std::string away = path + ".away";
    if (missing && missing_.insert(path).second) {
        std::rename(path.c_str(), away.c_str());
    } else if (!missing && missing_.erase(path) > 0) {
        std::rename(away.c_str(), path.c_str());
    }
}

std::vector<Process*> Programs::processesOf(const std::string& name) {
    std::vector<Process*> found;
    for (auto* process : machine_.kernel().living()) {
        if (nameOf(*process) == name && roleOf(*process) != "probe") {
            found.push_back(process);
        }
    }
    return found;
}

Process* Programs::serving(const std::string& name) {
    for (auto* process : processesOf(name)) {
        const bool launcher = roleOf(*process) == "fork" && !process->forkedOnly;
        const bool child = roleOf(*process) == "worker" && process->forkedOnly;
        if (!launcher && !child) {
            return process;
        }
    }
    return nullptr;
}

void Programs::started(const Process& process) {
    const pid_t pid = process.pid();
    if (process.forkedOnly) {
        return;
    }
    const std::string role = roleOf(process);
    auto& random = machine_.random();
    if (role == "fork") {
        machine_.after(random.between(milliseconds(1), milliseconds(300)),
                       [this, pid] { goIntoBackground(pid); });
    } else if (role == "job") {
        machine_.after(random.between(seconds(1), seconds(20)),
                       [this, pid] { machine_.kernel().end(pid, 0); });
    } else if (role == "probe") {
        machine_.soon(milliseconds(20), [this, pid, name = nameOf(process)] { probe(pid, name); });
    } else if (role == "worker") {
        machine_.soon(milliseconds(5), [this, pid] {
            if (const auto* parent = machine_.kernel().find(pid); parent != nullptr && !parent->zombie) {
                machine_.kernel().make({.parent = pid,
                                        .ownSession = false,
                                        .uid = parent->uid,
                                        .path = parent->path,
                                        .argv = parent->argv,
                                        .environment = parent->environment,
                                        .unit = parent->unit,
                                        .forkedOnly = true});
            }
        });
    }
}

void Programs::goIntoBackground(pid_t parent) {
    auto& kernel = machine_.kernel();
    const auto* process = kernel.find(parent);
    if (process == nullptr || process->zombie) {
        return;
    }
    const pid_t daemon = kernel.make({.parent = parent,
                                      .ownSession = true,
                                      .uid = process->uid,
                                      .path = process->path,
                                      .argv = process->argv,
                                      .environment = process->environment,
                                      .unit = process->unit,
                                      .forkedOnly = true});
    const std::string file = argument(*process, 3);
    const auto write = [this, daemon, file] {
        if (machine_.kernel().lives(daemon)) {
            std::ofstream(file + ".new") << daemon << '\n';
            std::rename((file + ".new").c_str(), file.c_str());
        }
    };
    // Some write it before the parent ends, as they should, and most of them after that.
    auto& random = machine_.random();
    const auto written = random.between(milliseconds(0), milliseconds(100));
    const auto ended = random.between(milliseconds(0), milliseconds(100));
    machine_.after(written, write);
    machine_.after(ended, [this, parent] { machine_.kernel().end(parent, 0); });
}

void Programs::probe(pid_t pid, const std::string& name) {
    const auto* service = serving(name);
    const bool works = service != nullptr && !service->hung;
    machine_.kernel().end(pid, works ? 0 : 1 << kExitStatusShift);
}

void Programs::receive(Process& process, int signal, const core::SignalSender& sender) {
    const pid_t pid = process.pid();
    auto& random = machine_.random();
    const bool ends = signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
    if (!ends) {
        if (signal == SIGSEGV || signal == SIGABRT) {
            machine_.kernel().end(pid, signal, sender);
        }
        return;
    }
    if (process.hung && random.oneIn(2)) {
        return; // it does nothing, this included
    }
    // Some take their time, and some say goodbye with a status.
    const auto takes = random.oneIn(6) ? random.between(seconds(1), seconds(4))
                                       : random.between(milliseconds(0), milliseconds(100));
    // One that leaves a child behind with status 0 could as well have put that into the background.
    const bool ambiguous = roleOf(process) == "worker";
    const int status = ambiguous || random.oneIn(2) ? signal : random.oneIn(4) ? 143 << kExitStatusShift : 0;
    const std::optional<core::SignalSender> by = sender;
    machine_.after(takes, [this, pid, status, by] { machine_.kernel().end(pid, status, by); });
}

} // namespace healer::machine
