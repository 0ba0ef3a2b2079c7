// SPDX-License-Identifier: Apache-2.0
#include "machine/administrator.hpp"

#include "machine/machine.hpp"

#include <csignal>
#include <utility>

namespace healer::machine {

namespace {

using core::event::Verb;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr core::Duration kAnswerTakes = seconds(180);

} // namespace

Administrator::Administrator(Machine& machine, const Scene& scene, Healer& healer, Judge& judge)
    : machine_(machine), scene_(scene), healer_(healer), judge_(judge) {}

const Entry& Administrator::anyEntry() {
    return machine_.random().of(scene_.entries());
}

const Entry* Administrator::anyWithUnit() {
    const Entry& entry = anyEntry();
    return entry.unit.empty() ? nullptr : &entry;
}

void Administrator::act() {
    struct Choice {
        unsigned weight;
        std::function<void()> act;
    };
    const auto unit = [this](JobType type) {
        return [this, type] {
            if (const auto* entry = anyWithUnit()) {
                systemctl(entry->unit, type);
            }
        };
    };
    const auto request = [this](Verb verb) { return [this, verb] { healerctl(verb, anyEntry()); }; };
    const std::vector<Choice> choices{
        {14, [this] { killSomething(); }},
        {4, unit(JobType::stop)},
        {4, unit(JobType::start)},
        {5, unit(JobType::restart)},
        {3, request(Verb::stop)},
        {3, request(Verb::start)},
        {3, request(Verb::restart)},
        {4, [this] { hang(); }},
        {2, [this] { hideProgram(); }},
        {5, [this] { endHealer(); }},
        {3,
         [this] {
             machine_.pid1().executeAgain(machine_.random().between(milliseconds(100), milliseconds(600)));
         }},
        {1, [this] { machine_.pid1().readUnitFiles(); }},
        {5, [this] { busyMoment(); }},
    };
    std::size_t sum = 0;
    for (const auto& choice : choices) {
        sum += choice.weight;
    }
    std::size_t at = machine_.random().below(sum);
    for (const auto& choice : choices) {
        if (at < choice.weight) {
            choice.act();
            return;
        }
        at -= choice.weight;
    }
}

void Administrator::systemctl(const std::string& unit, JobType type) {
    machine_.pid1().whenAwake([this, unit, type] {
        // A stop of what is down leaves no trace.
        const bool isDown = type == JobType::stop && machine_.kernel().inUnit(unit).empty();
        const bool noJournal = type == JobType::stop && machine_.now() < machine_.faults().frozenFiles;
        constexpr core::Duration kReconnects = milliseconds(100);
        const bool deaf = !(healer_.runs() && machine_.daemonLives()) ||
                          machine_.now() - machine_.pid1().awakeSince() < kReconnects;
        // And so does a start of what was stopped, before Healer hears PID 1 again.
        // Of a job whose type cannot be read in time it is unknown whether it was to stop or to restart what
        // is down then.
        const bool slow = type == JobType::restart && machine_.now() < machine_.pid1().slowUntil();
        const bool unseen =
            noJournal || slow || (isDown && deaf) || (type != JobType::stop && healer_.runs() && deaf);
        const auto answer = machine_.pid1().request(unit, type, Asker::administrator);
        const auto* failure = std::get_if<systemd::Failure>(&answer);
        machine_.note("systemctl " + std::string(nameOf(type)) + " " + unit +
                      (failure != nullptr ? ": " + failure->message : ""));
        if (failure != nullptr) {
            return;
        }
        for (const auto& job : std::get<Pid1::Answer>(answer).accepted) {
            if (const auto* entry = scene_.ofUnit(job.unit)) {
                // What is stopped when that which it needs is down may have been stopped because of it.
                const bool entangled = entry->name == "app" && judge_.failedLately("db");
                if (unseen || entangled) {
                    judge_.wantUnclear(entry->name);
                } else {
                    job.type == JobType::stop ? judge_.wantDown(entry->name) : judge_.wantUp(entry->name);
                }
            }
        }
    });
}

void Administrator::healerctl(Verb verb, const Entry& entry) {
    if (!healer_.runs() || !machine_.daemonLives()) {
        return;
    }
    machine_.note("healerctl " + std::string(core::event::toString(verb)) + " " + entry.name);
    verb == Verb::stop ? judge_.wantDown(entry.name) : judge_.wantUp(entry.name);
    // systemd stops what needs it along, and starts what it needs. Whether that comes back with it depends on
    // the setting.
    if (entry.name == "db" && verb == Verb::stop) {
        judge_.wantUnclear("app");
    }
    if (entry.name == "app" && verb != Verb::stop) {
        judge_.wantUp("db");
    }
    judge_.askedHealer(entry.name);
    const auto number = ++lastAsked_;
    asked_[number] = {std::string(core::event::toString(verb)) + " " + entry.name, machine_.now()};
    healer_.backend().request(
        verb, entry.name, [this, number, name = entry.name](const core::Result<pid_t>& result) {
            asked_.erase(number);
            machine_.note("  answer for " + name + ": " +
                          (result ? "PID " + std::to_string(*result) : result.error().message));
        });
}

void Administrator::killSomething() {
    static constexpr int kSignals[] = {SIGKILL, SIGKILL, SIGSEGV, SIGTERM, 0};
    const auto* process = machine_.programs().serving(anyEntry().name);
    if (process == nullptr) {
        return;
    }
    const int signal = kSignals[machine_.random().below(std::size(kSignals))];
    const std::string which = Programs::nameOf(*process) + " (" + std::to_string(process->pid()) + ")";
    if (signal == 0) {
        machine_.note(which + " ends with status 3");
        machine_.kernel().end(process->pid(), 3 << 8);
        return;
    }
    machine_.note("kill -" + core::signalName(signal) + " " + which);
    machine_.kernel().signal(process->pid(), signal, 4242);
}

void Administrator::hang() {
    const Entry& entry = anyEntry();
    auto* process = entry.probed ? machine_.programs().serving(entry.name) : nullptr;
    if (process != nullptr) {
        machine_.note(entry.name + " (" + std::to_string(process->pid()) + ") hangs");
        process->hung = true;
        judge_.noteFailure(entry.name);
    }
}

void Administrator::hideProgram() {
    const Entry& entry = anyEntry();
    if (entry.name == "old") {
        return; // systemd does not report why the first process of a forking service has failed
    }
    machine_.note("the program of " + entry.name + " is being replaced");
    machine_.programs().setMissing(entry.program, true);
    hidden_.push_back(entry.program);
    machine_.after(machine_.random().between(milliseconds(50), seconds(3)),
                   [this, program = entry.program] { machine_.programs().setMissing(program, false); });
    if (const auto* process = machine_.programs().serving(entry.name); process != nullptr) {
        machine_.kernel().signal(process->pid(), SIGKILL, 4242);
    }
}

void Administrator::endHealer() {
    auto& random = machine_.random();
    if (!healer_.runs()) {
        startHealerSoon();
        return;
    }
    constexpr std::size_t kFar = 40;
    switch (random.below(3)) {
    case 0:
        healer_.stop();
        judge_.healerKilled();
        break;
    case 1:
        machine_.killDaemonAt(1 + random.below(kFar));
        machine_.after(seconds(5), [this] { startHealerSoon(); });
        return;
    default:
        healer_.kill();
        judge_.healerKilled();
    }
    asked_.clear();
    startHealerSoon();
}

void Administrator::startHealerSoon() {
    auto& random = machine_.random();
    const auto pause = random.oneIn(2) ? random.between(milliseconds(0), milliseconds(200))
                                       : random.between(milliseconds(0), seconds(8));
    machine_.after(pause, [this] {
        if (!healer_.runs()) {
            asked_.clear();
            healer_.start();
        }
    });
}

void Administrator::busyMoment() {
    auto& random = machine_.random();
    auto& faults = machine_.faults();
    const auto until = machine_.now() + random.between(milliseconds(10), seconds(3));
    switch (random.below(4)) {
    case 0:
        machine_.note("no descriptors for a moment");
        faults.noDescriptors = until;
        break;
    case 1:
        machine_.note("no processes for a moment");
        faults.noProcesses = until;
        break;
    case 2:
        machine_.note("the files are frozen for a moment");
        faults.frozenFiles = until;
        break;
    default:
        machine_.note("systemd is slow for a moment");
        machine_.pid1().setSlowUntil(machine_.now() + random.between(milliseconds(50), seconds(12)));
    }
}

void Administrator::restore() {
    for (const auto& program : hidden_) {
        machine_.programs().setMissing(program, false);
    }
    machine_.faults().noDescriptors = machine_.faults().noProcesses = machine_.faults().frozenFiles = {};
    machine_.killDaemonAt(0);
    machine_.after(seconds(10), [this] {
        if (!healer_.runs()) {
            healer_.start();
        }
    });
}

void Administrator::killAll() {
    for (const auto& entry : scene_.entries()) {
        const auto* process = machine_.programs().serving(entry.name);
        if (process != nullptr) {
            machine_.note("kill -SIGKILL " + entry.name + " (" + std::to_string(process->pid()) + ")");
            machine_.kernel().signal(process->pid(), SIGKILL, 4242);
        }
    }
}

std::vector<std::string> Administrator::unanswered() const {
    std::vector<std::string> all;
    for (const auto& [number, asked] : asked_) {
        if (machine_.now() - asked.at > kAnswerTakes) {
            all.push_back(asked.what);
        }
    }
    return all;
}

} // namespace healer::machine
