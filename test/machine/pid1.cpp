// SPDX-License-Identifier: Apache-2.0
// Its units as others see them, and its connections.
#include "machine/pid1.hpp"

#include "machine/machine.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace healer::machine {

namespace {

using std::chrono::milliseconds;

} // namespace

Pid1::Pid1(Machine& machine) : machine_(machine) {
    machine_.kernel().observe(*this);
}

Pid1::~Pid1() {
    machine_.kernel().unobserve(*this);
}

std::uint64_t Pid1::usec() const {
    return static_cast<std::uint64_t>(machine_.now().time_since_epoch().count());
}

void Pid1::install(const std::string& unit, UnitFile file) {
    files_[unit] = std::move(file);
}

bool Pid1::isReachable() const {
    return machine_.now() >= asleepUntil_;
}

void Pid1::executeAgain(core::Duration takes) {
    machine_.note("systemd executes itself again");
    asleepUntil_ = machine_.now() + takes;
    const auto all = clients_;
    for (auto* client : all) {
        client->broken();
    }
    machine_.after(takes, [this] {
        const auto those = clients_;
        for (auto* client : those) {
            client->reachable();
        }
    });
}

void Pid1::readUnitFiles() {
    machine_.note("systemctl daemon-reload");
    whenAwake([this] {
        for (auto* client : clients_) {
            client->unitFilesRead();
        }
    });
}

void Pid1::whenAwake(std::function<void()> callback) {
    if (isReachable()) {
        callback();
    } else {
        machine_.after(asleepUntil_ - machine_.now(),
                       [this, callback = std::move(callback)] { whenAwake(callback); });
    }
}

Pid1::Unit* Pid1::load(const std::string& unit) {
    if (const auto found = units_.find(unit); found != units_.end()) {
        return &found->second;
    }
    const auto file = files_.find(unit);
    if (file == files_.end()) {
        return nullptr;
    }
    units_[unit].file = file->second;
    return &units_[unit];
}

const Pid1::Unit* Pid1::find(const std::string& unit) const {
    const auto found = units_.find(unit);
    return found == units_.end() ? nullptr : &found->second;
}

std::vector<std::string> Pid1::dependents(const std::string& unit) const {
    std::set<std::string> found;
    std::vector<std::string> open{unit};
    while (!open.empty()) {
        const std::string target = open.back();
        open.pop_back();
        for (const auto& [name, other] : units_) {
            const bool up = other.state != State::inactive && other.state != State::failed;
            const bool depends = names(other.file.requires_, target) || names(other.file.bindsTo, target) ||
                                 names(other.file.partOf, target);
            if ((up || other.job != 0) && depends && found.insert(name).second) {
                open.push_back(name);
            }
        }
    }
    return {found.begin(), found.end()};
}

/// PID 1 forgets what nothing refers to and what has not failed.
void Pid1::unload(const std::string& name) {
    machine_.soon(milliseconds(5), [this, name] {
        whenAwake([this, name] {
            const auto found = units_.find(name);
            if (found != units_.end() && found->second.state == State::inactive && found->second.job == 0 &&
                !isReferred(name)) {
                units_.erase(found);
            }
        });
    });
}

bool Pid1::isReferred(const std::string& name) const {
    const auto refers = [&](const auto& other) {
        const UnitFile& file = other.second.file;
        return (file.wanted || other.second.state != State::inactive) &&
               (names(file.requires_, name) || names(file.bindsTo, name) || names(file.after, name));
    };
    return units_.at(name).file.wanted || std::any_of(units_.begin(), units_.end(), refers);
}

void Pid1::changed(const std::string& name) {
    for (auto* client : clients_) {
        client->changed(name, facts(name));
    }
}

systemd::UnitState Pid1::query(const std::string& name) const {
    const Unit* unit = find(name);
    if (unit == nullptr) {
        const auto file = files_.find(name);
        return file == files_.end() ? systemd::UnitState{}
                                    : systemd::UnitState{.loaded = true,
                                                         .intact = true,
                                                         .description = file->second.description,
                                                         .active = "inactive",
                                                         .jobType = {}};
    }
    const auto job = jobs_.find(unit->job);
    return {.loaded = true,
            .intact = true,
            .description = unit->file.description,
            .active = facts(name).active,
            .job = unit->job,
            .jobType = job == jobs_.end() ? "" : nameOf(job->second.type)};
}

systemd::UnitFacts Pid1::facts(const std::string& name) const {
    systemd::UnitFacts facts;
    facts.id = name;
    const auto masked = masked_.find(name);
    const Unit* unit = find(name);
    const auto file = files_.find(name);
    if (unit == nullptr && file == files_.end()) {
        facts.load = "not-found";
        facts.active = "inactive";
        facts.sub = "dead";
        return facts;
    }
    Unit fresh;
    fresh.file = file == files_.end() ? UnitFile{} : file->second;
    const Unit& of = unit == nullptr ? fresh : *unit;
    facts.load = masked != masked_.end() && masked->second ? "masked" : "loaded";
    static constexpr std::pair<const char*, const char*> kStates[] = {
        {"inactive", "dead"},  {"activating", "start"},
        {"active", "running"}, {"deactivating", "stop-sigterm"},
        {"failed", "failed"},  {"activating", "auto-restart"}};
    std::tie(facts.active, facts.sub) = kStates[static_cast<std::size_t>(of.state)];
    facts.invocation = of.invocation;
    facts.result = of.result;
    facts.restart = of.file.restart;
    facts.job = of.job;
    facts.activeExit = of.activeExit;
    facts.activeEnter = of.activeEnter;
    facts.inactiveEnter = of.inactiveEnter;
    facts.inactiveExit = of.inactiveExit;
    facts.mainPid = of.main;
    facts.execMainPid = of.execMain;
    facts.execMainCode = of.execCode;
    facts.execMainStatus = of.execStatus;
    facts.execMainStart = of.execStart;
    facts.execMainExit = of.execExit;
    facts.type = of.file.type;
    facts.pidFile = of.file.pidFile;
    facts.timeoutStop = static_cast<std::uint64_t>(of.file.stopTimeout.count());
    facts.relations.requirements = of.file.requires_;
    facts.relations.bindsTo = of.file.bindsTo;
    facts.relations.after = of.file.after;
    return facts;
}

void Pid1::write(const std::string& unit, systemd::LastJob job) {
    journal_.push_back({unit, job, machine_.loop().moment().wall});
}

systemd::LastJob Pid1::lastJob(const std::string& unit, core::WallTime since) const {
    const auto last =
        std::find_if(journal_.rbegin(), journal_.rend(), [&](const Note& note) { return note.unit == unit; });
    return last == journal_.rend() || last->at < since ? systemd::LastJob::unknown : last->job;
}

} // namespace healer::machine
