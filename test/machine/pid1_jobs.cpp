// SPDX-License-Identifier: Apache-2.0
// Its jobs: how they are made, wait for one another, and end.
#include "machine/pid1.hpp"

#include "machine/machine.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace healer::machine {

namespace {

using std::chrono::milliseconds;
using systemd::Failure;

} // namespace

Pid1::Outcome<Pid1::Answer> Pid1::request(const std::string& unit, JobType type, Asker asker) {
    const Unit* loaded = load(unit);
    if (loaded == nullptr) {
        return Failure{type == JobType::stop ? "org.freedesktop.systemd1.NoSuchUnit" : systemd::kNoSuchUnit,
                       "Unit " + unit + " not found."};
    }
    if (type != JobType::stop && masked_[unit]) {
        return Failure{"org.freedesktop.systemd1.UnitMasked", "Unit " + unit + " is masked."};
    }
    Answer answer;
    if (type != JobType::stop) {
        for (const auto* list : {&loaded->file.requires_, &loaded->file.bindsTo}) {
            for (const auto& target : *list) {
                const Unit* other = load(target);
                if (other != nullptr && other->state != State::active) {
                    addJob(target, JobType::start);
                    answer.accepted.push_back({target, JobType::start});
                }
            }
        }
    }
    answer.job = addJob(unit, type);
    answer.accepted.push_back({unit, type});
    if (type != JobType::start) {
        for (const auto& name : dependents(unit)) {
            const State state = units_.at(name).state;
            const bool up = state == State::active || state == State::activating;
            if (type == JobType::stop || up) { // only what is up is restarted along
                addJob(name, type);
                answer.accepted.push_back({name, type});
            }
        }
    }
    if (asker == Asker::itself) {
        machine_.note("systemd: " + std::string(nameOf(type)) + " " + unit);
    }
    kick();
    return answer;
}

Pid1::Outcome<Pid1::Answer> Pid1::startTransient(const std::string& unit, UnitFile file) {
    if (units_.contains(unit)) {
        return Failure{"org.freedesktop.systemd1.UnitExists",
                       "Unit " + unit + " was already loaded or has a fragment file."};
    }
    file.transient = true;
    units_[unit].file = std::move(file);
    Answer answer;
    answer.job = addJob(unit, JobType::start);
    answer.accepted.push_back({unit, JobType::start});
    kick();
    return answer;
}

Pid1::Outcome<std::monostate> Pid1::resetFailed(const std::string& unit) {
    const auto found = units_.find(unit);
    if (found == units_.end()) {
        return Failure{systemd::kNoSuchUnit, "Unit " + unit + " not loaded."};
    }
    if (found->second.state == State::failed) {
        found->second.state = State::inactive;
        found->second.result = "success";
        changed(unit);
        unload(unit);
    }
    return std::monostate();
}

Pid1::Outcome<std::monostate> Pid1::kill(const std::string& unit, int signal) {
    if (!units_.contains(unit)) {
        return Failure{systemd::kNoSuchUnit, "Unit " + unit + " not loaded."};
    }
    killAll(unit, signal);
    return std::monostate();
}

std::uint32_t Pid1::addJob(const std::string& name, JobType type) {
    Unit& unit = units_.at(name);
    if (unit.job != 0) {
        Job& job = jobs_.at(unit.job);
        const bool both = job.type != JobType::stop && type != JobType::stop;
        if (job.type == type || (job.type == JobType::restart && both)) {
            return job.id;
        }
        if (both) { // a restart takes the start that waits along
            job.type = JobType::restart;
            job.running = false;
            return job.id;
        }
        endJob(name, "canceled");
    }
    const std::uint32_t id = ++lastJob_;
    jobs_[id] = {id, name, type};
    unit.job = id;
    for (auto* client : clients_) {
        client->jobNew({id, name});
    }
    changed(name);
    return id;
}

void Pid1::endJob(const std::string& name, const std::string& result) {
    const auto found = units_.find(name);
    if (found == units_.end() || found->second.job == 0) {
        return;
    }
    const Job job = jobs_.at(found->second.job);
    if (result == "done") {
        write(name, job.type == JobType::stop ? systemd::LastJob::stop : systemd::LastJob::start);
    }
    // What has changed until now is signalled before the end of the job, and that the unit has none any
    // longer after it, where it is still loaded then.
    changed(name);
    for (auto* client : clients_) {
        client->jobRemoved({job.id, name, result});
    }
    jobs_.erase(job.id);
    found->second.job = 0;
    machine_.soon(milliseconds(1), [this, name] {
        if (units_.contains(name)) {
            changed(name);
        }
    });
    if (result != "done" && job.type == JobType::start) {
        for (auto& [other, unit] : units_) {
            const bool needs = names(unit.file.requires_, name) || names(unit.file.bindsTo, name);
            const auto waiting = needs && unit.job != 0 ? jobs_.find(unit.job) : jobs_.end();
            if (waiting != jobs_.end() && waiting->second.type == JobType::start &&
                !waiting->second.running) {
                endJob(other, "dependency");
                break;
            }
        }
    }
    unload(name);
    kick();
}

void Pid1::kick() {
    if (!std::exchange(kicked_, true)) {
        machine_.soon(milliseconds(2), [this] {
            whenAwake([this] {
                kicked_ = false;
                work();
            });
        });
    }
}

void Pid1::work() {
    std::vector<std::uint32_t> waiting;
    for (const auto& [id, job] : jobs_) {
        if (!job.running) {
            waiting.push_back(id);
        }
    }
    for (const auto id : waiting) {
        const auto job = jobs_.find(id);
        if (job != jobs_.end() && !job->second.running && mayRun(job->second)) {
            run(job->second);
        }
    }
}

bool Pid1::mayRun(const Job& job) const {
    const Unit& unit = units_.at(job.unit);
    for (const auto& [id, other] : jobs_) {
        if (id == job.id) {
            continue;
        }
        const Unit& that = units_.at(other.unit);
        // What is started after another one waits for its start; what is stopped before another one holds
        // that up.
        if (job.type == JobType::start && names(unit.file.after, other.unit) && other.type != JobType::stop) {
            return false;
        }
        if (job.type != JobType::start && names(that.file.after, job.unit) && other.type != JobType::start) {
            return false;
        }
    }
    return true;
}

void Pid1::run(Job& job) {
    const std::string name = job.unit;
    Unit& unit = units_.at(name);
    const bool isDown =
        unit.state == State::inactive || unit.state == State::failed || unit.state == State::autoRestart;
    if (job.type == JobType::restart && isDown) {
        job.type = JobType::start;
        kick(); // another one may have waited for the stop
        if (!mayRun(job)) {
            return;
        }
    }
    if (job.type == JobType::start) {
        if (unit.state == State::active) {
            endJob(name, "done");
        } else if (unit.state != State::deactivating) {
            job.running = true;
            if (isDown) {
                start(name);
            }
        }
        return;
    }
    if (isDown) {
        if (unit.state == State::autoRestart) {
            unit.state = State::inactive;
            unit.inactiveEnter = usec();
            ++unit.run;
        }
        endJob(name, "done");
        return;
    }
    job.running = true;
    if (unit.state != State::deactivating) {
        stop(name);
    }
}

} // namespace healer::machine
