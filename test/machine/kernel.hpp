// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "runtime/unique_fd.hpp"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace healer::machine {

class Machine;

/// The PID of PID 1, and that of Healer. All others are beyond what the real kernel gives, so that nothing
/// that should reach a simulated process can reach a real one.
inline constexpr pid_t kInit = 1;
inline constexpr pid_t kHealer = 9'000'000;

struct Process {
    core::ProcessKey key;
    pid_t parent = kInit;
    pid_t group = 0;
    pid_t session = 0;
    uid_t uid = 0;
    std::string path;
    std::vector<std::string> argv;
    std::vector<std::string> environment;
    std::string unit;        ///< whose cgroup it is in; empty: of none
    bool forkedOnly = false; ///< it has executed nothing itself
    bool zombie = false;
    int status = 0; ///< its wait status
    std::optional<core::SignalSender> sender;
    bool hung = false;         ///< it runs, and does nothing
    runtime::UniqueFd watched; ///< what pidfds of it are copies of, and
    runtime::UniqueFd end;     ///< the other end, which makes them readable
    ino_t inode = 0;           ///< of the pipe, by which a pidfd is recognised

    [[nodiscard]] pid_t pid() const { return key.pid; }
};

/// What a process is made of.
struct NewProcess {
    pid_t parent = kInit;
    bool ownSession = true;
    uid_t uid = 0;
    std::string path;
    std::vector<std::string> argv;
    std::vector<std::string> environment = {};
    std::string unit = {};
    bool forkedOnly = false;
};

class Kernel {
public:
    /// Sees what happens to processes.
    class Observer {
    public:
        Observer() = default;
        Observer(const Observer&) = delete;
        Observer& operator=(const Observer&) = delete;
        virtual ~Observer() = default;
        virtual void started(const Process& process) = 0;
        virtual void ended(const Process& process) = 0;
    };

    explicit Kernel(Machine& machine) : machine_(machine) {}
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

    void observe(Observer& observer) { observers_.push_back(&observer); }
    void unobserve(const Observer& observer) { std::erase(observers_, &observer); }

    pid_t make(NewProcess what);
    /// It has ended of itself with this wait status, or was killed.
    void end(pid_t pid, int status, std::optional<core::SignalSender> sender = {});
    /// What a signal does is up to the program, but for SIGKILL.
    void signal(pid_t pid, int signal, pid_t sender);
    void reap(pid_t pid);
    /// Healer has ended: its children are PID 1's.
    void orphan(pid_t parent);

    /// Null: there is no such process.
    [[nodiscard]] Process* find(pid_t pid);
    [[nodiscard]] Process* findByPidfd(int pidfd);
    [[nodiscard]] bool lives(pid_t pid);
    [[nodiscard]] std::vector<pid_t> pids() const;
    /// Those that live, in the order of their PIDs.
    [[nodiscard]] std::vector<Process*> living();
    [[nodiscard]] std::vector<pid_t> inUnit(const std::string& unit);

private:
    Machine& machine_;
    std::map<pid_t, Process> processes_;
    std::vector<Observer*> observers_;
    pid_t last_ = 9'000'001;
};

} // namespace healer::machine
