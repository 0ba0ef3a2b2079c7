// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"
#include "machine/kernel.hpp"
#include "systemd/journal_evidence.hpp"
#include "systemd/manager.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace healer::machine {

class Machine;

/// The settings of a unit, as far as the simulated PID 1 knows any.
struct UnitFile {
    std::string description = {};
    std::vector<std::string> argv = {};
    std::string type = "exec"; ///< exec, simple, forking, oneshot
    bool cgroupExit = false;   ///< ExitType=cgroup
    bool transient = false;
    bool wanted = false; ///< another unit refers to it, so that it stays loaded
    std::string restart = "no";
    core::Duration restartDelay = std::chrono::milliseconds(100);
    core::Duration stopTimeout = std::chrono::seconds(10);
    std::string killMode = "control-group";
    std::string pidFile = {};
    // The names of other units.
    std::vector<std::string> requires_ = {};
    std::vector<std::string> bindsTo = {};
    std::vector<std::string> partOf = {};
    std::vector<std::string> after = {};
};

enum class JobType { start, stop, restart };
[[nodiscard]] inline const char* nameOf(JobType type) {
    return type == JobType::start ? "start" : type == JobType::stop ? "stop" : "restart";
}

/// Whether a list of units, as in Requires=, holds this one.
[[nodiscard]] inline bool names(const std::vector<std::string>& list, const std::string& unit) {
    return std::find(list.begin(), list.end(), unit) != list.end();
}

/// Who asks PID 1 for something.
enum class Asker { administrator, healer, itself };

/// A job of a request, as it is reported to the caller.
struct Accepted {
    std::string unit;
    JobType type;
};

/// systemd, as far as Healer has to do with it: units with their cgroups, jobs that wait for one another,
/// take one another's place and are passed on along dependencies, what it signals and in which order, what it
/// forgets, and that it executes itself again.
class Pid1 final : public Kernel::Observer {
public:
    /// A connection to it. What it is sent arrives in order, and later.
    class Client {
    public:
        Client() = default;
        Client(const Client&) = delete;
        Client& operator=(const Client&) = delete;
        virtual ~Client() = default;
        virtual void jobNew(const systemd::Job& job) = 0;
        virtual void jobRemoved(const systemd::Job& job) = 0;
        virtual void changed(const std::string& unit, const systemd::UnitFacts& facts) = 0;
        virtual void unitFilesRead() = 0;
        /// The connection has broken; false: and nothing can be reached for now.
        virtual void broken() = 0;
        virtual void reachable() = 0;
    };
    template <typename T>
    using Outcome = systemd::Manager::Outcome<T>;

    explicit Pid1(Machine& machine);
    ~Pid1() override;

    void attach(Client& client) { clients_.push_back(&client); }
    void detach(const Client& client) { std::erase(clients_, &client); }

    /// Writes a unit file.
    void install(const std::string& unit, UnitFile file);
    void setMasked(const std::string& unit, bool masked) { masked_[unit] = masked; }

    /// While it executes itself again it does nothing, and cannot be reached.
    void executeAgain(core::Duration takes);
    void readUnitFiles();
    [[nodiscard]] bool isReachable() const;
    /// Until then it answers no call.
    void setSlowUntil(core::TimePoint until) { slowUntil_ = until; }
    /// When it was able to do anything again.
    [[nodiscard]] core::TimePoint awakeSince() const { return asleepUntil_; }
    [[nodiscard]] core::TimePoint slowUntil() const { return slowUntil_; }
    /// Does this as soon as it does anything.
    void whenAwake(std::function<void()> callback);

    /// All jobs that it makes of a request, the number of the one that was asked for, or why not.
    struct Answer {
        std::uint32_t job = 0;
        std::vector<Accepted> accepted;
    };
    [[nodiscard]] Outcome<Answer> request(const std::string& unit, JobType type, Asker asker);
    [[nodiscard]] Outcome<Answer> startTransient(const std::string& unit, UnitFile file);
    [[nodiscard]] Outcome<std::monostate> resetFailed(const std::string& unit);
    [[nodiscard]] Outcome<std::monostate> kill(const std::string& unit, int signal);
    [[nodiscard]] systemd::UnitState query(const std::string& unit) const;
    [[nodiscard]] systemd::UnitFacts facts(const std::string& unit) const;
    /// For the journal's answer.
    [[nodiscard]] systemd::LastJob lastJob(const std::string& unit, core::WallTime since) const;

    void started(const Process& /*process*/) override {}
    void ended(const Process& process) override;

private:
    enum class State { inactive, activating, active, deactivating, failed, autoRestart };
    struct Unit {
        UnitFile file;
        State state = State::inactive;
        std::string invocation;
        std::string result = "success";
        pid_t main = 0;
        pid_t control = 0; ///< the first process of a forking service
        pid_t execMain = 0;
        int execCode = 0;
        int execStatus = 0;
        std::uint64_t execStart = 0;
        std::uint64_t execExit = 0;
        std::uint64_t activeEnter = 0;
        std::uint64_t activeExit = 0;
        std::uint64_t inactiveEnter = 0;
        std::uint64_t inactiveExit = 0;
        std::uint32_t job = 0;
        std::uint64_t run = 0; ///< counts starts and stops, for timers
    };
    struct Job {
        std::uint32_t id = 0;
        std::string unit;
        JobType type = JobType::start;
        bool running = false;
    };
    struct Note {
        std::string unit;
        systemd::LastJob job;
        core::WallTime at;
    };

    Unit* load(const std::string& unit);
    [[nodiscard]] const Unit* find(const std::string& unit) const;
    [[nodiscard]] std::uint64_t usec() const;
    /// Those whose setting names this unit, transitively, and that are up.
    [[nodiscard]] std::vector<std::string> dependents(const std::string& unit) const;

    std::uint32_t addJob(const std::string& unit, JobType type);
    void endJob(const std::string& unit, const std::string& result);
    void kick();
    void work();
    [[nodiscard]] bool mayRun(const Job& job) const;
    void run(Job& job);

    void start(const std::string& name);
    void startFailed(const std::string& name, const std::string& result);
    void stop(const std::string& name);
    void killAll(const std::string& name, int signal);
    void childEnded(const std::string& name, pid_t pid, int status);
    void mainEnded(const std::string& name, int status);
    void controlEnded(const std::string& name, int status);
    void awaitPidFile(const std::string& name, std::uint64_t run, int attempts);
    void becomeActive(const std::string& name, pid_t main);
    /// Its cgroup may be empty now.
    void checkEmpty(const std::string& name);
    void down(const std::string& name);
    void unload(const std::string& name);
    [[nodiscard]] bool isReferred(const std::string& name) const;
    void changed(const std::string& name);
    void write(const std::string& unit, systemd::LastJob job);

    Machine& machine_;
    std::map<std::string, UnitFile> files_;
    std::map<std::string, bool> masked_;
    std::map<std::string, Unit> units_;
    std::map<std::uint32_t, Job> jobs_;
    std::vector<Client*> clients_;
    std::vector<Note> journal_;
    std::uint32_t lastJob_ = 100;
    std::uint64_t lastRun_ = 0;
    std::uint64_t lastInvocation_ = 0;
    bool kicked_ = false;
    core::TimePoint asleepUntil_;
    core::TimePoint slowUntil_;
};

} // namespace healer::machine
