// SPDX-License-Identifier: Apache-2.0
// What its units do: they are started and stopped, and their processes end.
#include "machine/pid1.hpp"

#include "machine/machine.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <utility>

namespace healer::machine {

namespace {

using std::chrono::milliseconds;

constexpr int kExecFailed = 203;

bool isClean(int status) {
    if (WIFEXITED(status)) {
        return WEXITSTATUS(status) == 0;
    }
    const int signal = WTERMSIG(status);
    return signal == SIGTERM || signal == SIGHUP || signal == SIGINT || signal == SIGPIPE;
}

std::string resultOf(int status) {
    return isClean(status) ? "success" : WIFEXITED(status) ? "exit-code" : "signal";
}

} // namespace

void Pid1::start(const std::string& name) {
    Unit& unit = units_.at(name);
    unit.run = ++lastRun_;
    char invocation[40];
    std::snprintf(invocation, sizeof invocation, "%032llx",
                  static_cast<unsigned long long>(++lastInvocation_));
    unit.invocation = invocation;
    unit.result = "success";
    unit.state = State::activating;
    unit.inactiveExit = usec();
    unit.main = unit.control = 0;
    unit.execCode = unit.execStatus = 0;
    unit.execExit = 0;
    changed(name);
    machine_.soon(milliseconds(3), [this, name, run = unit.run] {
        whenAwake([this, name, run] {
            const auto found = units_.find(name);
            if (found == units_.end() || found->second.run != run ||
                found->second.state != State::activating) {
                return;
            }
            Unit& starting = found->second;
            if (machine_.now() < machine_.faults().noProcesses) {
                startFailed(name, "resources");
                return;
            }
            const bool missing = machine_.programs().isMissing(starting.file.argv.front());
            const pid_t pid = machine_.kernel().make(
                {.path = missing ? "/usr/lib/systemd/systemd" : starting.file.argv.front(),
                 .argv = missing ? std::vector<std::string>{"(exec)"} : starting.file.argv,
                 .unit = name});
            const bool forks = starting.file.type == "forking";
            (forks ? starting.control : starting.main) = pid;
            if (!forks) {
                starting.execMain = pid;
                starting.execStart = usec();
            }
            const bool simple = starting.file.type == "simple";
            if (simple || (starting.file.type == "exec" && !missing)) {
                becomeActive(name, pid);
            } else {
                changed(name);
            }
            if (missing) {
                machine_.kernel().end(pid, kExecFailed << 8);
            }
        });
    });
}

void Pid1::becomeActive(const std::string& name, pid_t main) {
    Unit& unit = units_.at(name);
    unit.main = main;
    unit.state = State::active;
    unit.activeEnter = usec();
    changed(name);
    const auto job = jobs_.find(unit.job);
    if (job != jobs_.end() && job->second.type == JobType::start && job->second.running) {
        endJob(name, "done");
    }
}

void Pid1::startFailed(const std::string& name, const std::string& result) {
    units_.at(name).result = result;
    down(name);
}

void Pid1::killAll(const std::string& name, int signal) {
    for (const pid_t pid : machine_.kernel().inUnit(name)) {
        machine_.kernel().signal(pid, signal, kInit);
    }
}

void Pid1::stop(const std::string& name) {
    Unit& unit = units_.at(name);
    if (unit.state == State::active) {
        unit.activeExit = usec();
    }
    unit.state = State::deactivating;
    unit.run = ++lastRun_;
    changed(name);
    if (unit.file.killMode == "mixed" && unit.main != 0) {
        machine_.kernel().signal(unit.main, SIGTERM, kInit);
    } else if (unit.file.killMode == "process") {
        machine_.kernel().signal(unit.main != 0 ? unit.main : unit.control, SIGTERM, kInit);
    } else {
        killAll(name, SIGTERM);
    }
    machine_.after(unit.file.stopTimeout, [this, name, run = unit.run] {
        const auto found = units_.find(name);
        if (found != units_.end() && found->second.run == run && found->second.state == State::deactivating) {
            found->second.result = "timeout";
            killAll(name, SIGKILL);
        }
    });
    machine_.soon(milliseconds(2), [this, name] { whenAwake([this, name] { checkEmpty(name); }); });
}

void Pid1::ended(const Process& process) {
    if (process.unit.empty()) {
        return;
    }
    const auto report = [this, unit = process.unit, pid = process.pid(), status = process.status] {
        whenAwake([this, unit, pid, status] { childEnded(unit, pid, status); });
    };
    machine_.soon(milliseconds(3), report);
}

void Pid1::childEnded(const std::string& name, pid_t pid, int status) {
    const auto found = units_.find(name);
    if (found == units_.end()) {
        return;
    }
    Unit& unit = found->second;
    if (pid == unit.control) {
        controlEnded(name, status);
    } else if (pid == unit.main) {
        mainEnded(name, status);
    }
    checkEmpty(name);
}

void Pid1::controlEnded(const std::string& name, int status) {
    Unit& unit = units_.at(name);
    unit.control = 0;
    if (unit.state != State::activating) {
        return;
    }
    if (!isClean(status)) {
        unit.result = resultOf(status);
        stop(name);
        return;
    }
    constexpr int kAttempts = 50;
    awaitPidFile(name, unit.run, kAttempts);
}

void Pid1::awaitPidFile(const std::string& name, std::uint64_t run, int attempts) {
    const auto found = units_.find(name);
    if (found == units_.end() || found->second.run != run) {
        return;
    }
    Unit& unit = found->second;
    pid_t pid = 0;
    std::ifstream(unit.file.pidFile) >> pid;
    const Process* process = machine_.kernel().find(pid);
    if (process != nullptr && !process->zombie && process->unit == name) {
        unit.execMain = pid;
        unit.execStart = usec();
        becomeActive(name, pid);
    } else if (attempts > 0 && !machine_.kernel().inUnit(name).empty()) {
        machine_.after(milliseconds(20), [this, name, run, attempts] {
            whenAwake([this, name, run, attempts] { awaitPidFile(name, run, attempts - 1); });
        });
    } else {
        unit.result = "protocol";
        stop(name);
    }
}

void Pid1::mainEnded(const std::string& name, int status) {
    Unit& unit = units_.at(name);
    unit.main = 0;
    unit.execExit = usec();
    unit.execCode = WIFEXITED(status) ? CLD_EXITED : CLD_KILLED;
    unit.execStatus = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    const bool others = !machine_.kernel().inUnit(name).empty();
    if (unit.file.cgroupExit && others && unit.state == State::active) {
        changed(name); // it goes on without a main process
        return;
    }
    if (unit.result == "success") {
        unit.result = resultOf(status);
    }
    if (unit.state == State::active || unit.state == State::activating) {
        if (unit.state == State::active) {
            unit.activeExit = usec();
        }
        unit.state = State::deactivating;
        unit.run = ++lastRun_;
        if (others && unit.file.killMode != "process") {
            killAll(name, unit.file.killMode == "mixed" ? SIGKILL : SIGTERM);
            machine_.after(unit.file.stopTimeout, [this, name, run = unit.run] {
                const auto found = units_.find(name);
                if (found != units_.end() && found->second.run == run) {
                    killAll(name, SIGKILL);
                }
            });
        }
    }
}

void Pid1::checkEmpty(const std::string& name) {
    const auto found = units_.find(name);
    if (found == units_.end()) {
        return;
    }
    Unit& unit = found->second;
    const bool empty = machine_.kernel().inUnit(name).empty();
    const bool left = unit.file.killMode == "process" && unit.main == 0 && unit.control == 0;
    if (unit.state == State::deactivating && (empty || left)) {
        down(name);
    } else if (unit.state == State::active && empty && unit.main == 0) {
        unit.activeExit = usec();
        down(name);
    }
}

void Pid1::down(const std::string& name) {
    Unit& unit = units_.at(name);
    const auto found = jobs_.find(unit.job);
    const bool hasJob = found != jobs_.end();
    const JobType type = hasJob ? found->second.type : JobType::start;
    const bool starting = hasJob && type == JobType::start && found->second.running;
    const bool clean = unit.result == "success";
    const std::string& restart = unit.file.restart;
    const bool again = !hasJob && (restart == "always" || (restart == "on-failure" && !clean));
    unit.main = unit.control = 0;
    unit.inactiveEnter = usec();
    unit.state = again ? State::autoRestart : clean ? State::inactive : State::failed;
    unit.run = ++lastRun_;
    if (clean && !hasJob) {
        write(name, systemd::LastJob::success);
    }
    changed(name);
    if (again) {
        machine_.after(unit.file.restartDelay, [this, name, run = unit.run] {
            whenAwake([this, name, run] {
                const auto waiting = units_.find(name);
                if (waiting != units_.end() && waiting->second.run == run && waiting->second.job == 0) {
                    (void)request(name, JobType::restart, Asker::itself);
                }
            });
        });
        return;
    }
    if (starting) {
        const bool worked = clean && unit.file.type == "oneshot";
        endJob(name, worked ? "done" : "failed");
    } else if (hasJob && type == JobType::stop) {
        endJob(name, "done");
    } else if (hasJob) {
        found->second.running = false; // a restart, or a start that waited for the end
        write(name, systemd::LastJob::start);
    }
    for (const auto& [other, bound] : units_) {
        const bool up = bound.state == State::active || bound.state == State::activating;
        if (up && bound.job == 0 && names(bound.file.bindsTo, name)) {
            (void)request(other, JobType::stop, Asker::itself);
            break;
        }
    }
    unload(name);
    kick();
}

} // namespace healer::machine
