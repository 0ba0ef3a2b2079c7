// SPDX-License-Identifier: Apache-2.0
// In the place of src/runtime/pidfd.cpp, proc_entry.cpp and spawn/own_children.cpp: the processes of the
// simulated machine.
#include "core/unit_name.hpp"
#include "machine/machine.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/proc_entry.hpp"
#include "runtime/spawn/own_children.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>

namespace healer::runtime {

namespace {

machine::Machine& machine() {
    return machine::Machine::current();
}

bool isRefused() {
    return machine().now() < machine().faults().noDescriptors;
}

const machine::Process* find(pid_t pid) {
    return machine().kernel().find(pid);
}

std::size_t lengthOf(const std::vector<std::string>& argv) {
    std::size_t length = 0;
    for (const auto& argument : argv) {
        length += argument.size() + 1;
    }
    return length;
}

} // namespace

Reading<core::ProcessKey> keyOfPid(pid_t pid) {
    const auto entry = ProcEntry::open(pid);
    return entry ? Reading(entry->stat()->key) : Reading<core::ProcessKey>::as(entry);
}

Presence presenceOf(core::ProcessKey key) {
    if (isRefused()) {
        return Presence::unknown;
    }
    const auto* process = find(key.pid);
    return process != nullptr && process->key == key && !process->zombie ? Presence::running
                                                                         : Presence::ended;
}

bool mayRun(core::ProcessKey key) {
    return presenceOf(key) != Presence::ended;
}

core::Result<UniqueFd> openPidfd(core::ProcessKey key) {
    if (isRefused()) {
        return core::Error{"cannot open a pidfd: out of descriptors"};
    }
    const auto* process = find(key.pid);
    if (process == nullptr || process->key != key) {
        return UniqueFd();
    }
    return UniqueFd(::fcntl(process->watched.get(), F_DUPFD_CLOEXEC, 3));
}

bool hasExited(int pidfd) {
    pollfd entry{pidfd, POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0 && entry.revents != 0;
}

core::Exit exitOf(int pidfd) {
    const auto* process = machine().kernel().findByPidfd(pidfd);
    return process != nullptr && process->zombie ? core::exitFromWaitStatus(process->status) : core::Exit{};
}

core::Result<void> sendSignal(int pidfd, int signal) {
    const auto* process = machine().kernel().findByPidfd(pidfd);
    if (process != nullptr && machine().effect()) {
        machine().healerEnds(*process);
        machine().note("Healer sends " + core::signalName(signal) + " to " + std::to_string(process->pid()));
        machine().kernel().signal(process->pid(), signal, machine::kHealer);
    }
    return {};
}

bool groupExists(pid_t group) {
    for (const auto* process : machine().kernel().living()) {
        if (process->group == group) {
            return true;
        }
    }
    return false;
}

void killGroup(pid_t group) {
    for (const auto* process : machine().kernel().living()) {
        if (process->group == group && machine().effect()) {
            machine().kernel().signal(process->pid(), SIGKILL, machine::kHealer);
        }
    }
}

Reading<ProcEntry> ProcEntry::open(pid_t pid) {
    if (isRefused()) {
        return Reading<ProcEntry>::unknown(EMFILE);
    }
    if (find(pid) == nullptr) {
        return Reading<ProcEntry>::none();
    }
    return ProcEntry(pid, UniqueFd());
}

Reading<ProcEntry::Stat> ProcEntry::stat() const {
    const auto* process = find(pid_);
    if (process == nullptr) {
        return Reading<Stat>::none();
    }
    Stat stat;
    stat.key = process->key;
    stat.parent = process->parent;
    stat.group = process->group;
    stat.session = process->session;
    stat.state = process->zombie ? 'Z' : 'S';
    stat.threads = 1;
    stat.forkedOnly = process->forkedOnly;
    stat.originalLength = lengthOf(process->argv);
    return stat;
}

std::optional<ProcEntry::Program> ProcEntry::program() const {
    const auto* process = find(pid_);
    struct stat file {};
    if (process == nullptr || process->zombie || ::stat(process->path.c_str(), &file) != 0) {
        return std::nullopt;
    }
    return Program{process->path, core::FileId{file.st_dev, file.st_ino}};
}

std::vector<std::string> ProcEntry::argv() const {
    const auto* process = find(pid_);
    return process == nullptr || process->zombie ? std::vector<std::string>() : process->argv;
}

std::string ProcEntry::unit() const {
    const auto* process = find(pid_);
    return process == nullptr ? std::string() : process->unit;
}

Reading<std::string> ProcEntry::environment() const {
    const auto* process = find(pid_);
    if (process == nullptr) {
        return Reading<std::string>::none();
    }
    std::string text(1, '\0');
    for (const auto& variable : process->environment) {
        text += variable + '\0';
    }
    return text;
}

std::optional<uid_t> ProcEntry::user() const {
    const auto* process = find(pid_);
    return process == nullptr ? std::nullopt : std::optional(process->uid);
}

Reading<core::ProcessFacts> ProcEntry::facts(const Wanted& wanted) const {
    const auto* process = find(pid_);
    if (process == nullptr) {
        return Reading<core::ProcessFacts>::none();
    }
    core::ProcessFacts facts;
    facts.key = process->key;
    facts.parent = process->parent;
    facts.session = process->session;
    facts.realUid = facts.effectiveUid = process->uid;
    facts.forkedOnly = process->forkedOnly;
    facts.zombie = process->zombie;
    facts.unit = process->unit;
    if (wanted && !wanted(facts)) {
        return Reading<core::ProcessFacts>::none();
    }
    if (const auto running = program()) {
        facts.exe = running->path;
        facts.exeFile = running->file;
    }
    facts.argv = argv();
    facts.argvLength = lengthOf(facts.argv);
    facts.originalLength = lengthOf(process->argv);
    return facts;
}

void ProcEntry::addOrigin(core::ProcessFacts& facts) const {
    if (const auto* process = find(pid_)) {
        facts.executedAs = facts.executedPath = process->path;
        facts.directory = "/";
    }
}

Reading<std::vector<pid_t>> allPids() {
    return isRefused() ? Reading<std::vector<pid_t>>::unknown(EMFILE)
                       : Reading<std::vector<pid_t>>(machine().kernel().pids());
}

Reading<core::ProcessFacts> factsOf(pid_t pid, const ProcEntry::Wanted& wanted) {
    const auto entry = ProcEntry::open(pid);
    auto facts = entry ? entry->facts(wanted) : Reading<core::ProcessFacts>::as(entry);
    if (facts) {
        entry->addOrigin(*facts);
    }
    return facts;
}

void noteOwnChild(pid_t /*pid*/) {}

bool isOwnChild(pid_t pid) {
    const auto* process = find(pid);
    return process != nullptr && process->parent == machine::kHealer;
}

void reapOwnChild(int pidfd) {
    const auto* process = machine().kernel().findByPidfd(pidfd);
    if (process != nullptr && process->zombie && process->parent == machine::kHealer) {
        machine().kernel().reap(process->pid());
    }
}

void disownChild(int /*pidfd*/, pid_t /*pid*/) {}

} // namespace healer::runtime
