// SPDX-License-Identifier: Apache-2.0
#include "machine/client.hpp"

#include "machine/machine.hpp"

#include <algorithm>
#include <utility>

namespace healer::machine {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using systemd::Failure;

constexpr core::Duration kCallTimeout = seconds(25);

UnitFile fileOf(const systemd::JobRequest& request) {
    const auto& wanted = request.transient;
    UnitFile file;
    file.description = systemd::descriptionOf(wanted);
    file.argv = wanted.arguments;
    file.cgroupExit = request.forkSupport == systemd::ForkSupport::exitType;
    file.stopTimeout = wanted.stop.timeout;
    file.killMode = wanted.stop.mode == core::KillMode::mixed     ? "mixed"
                    : wanted.stop.mode == core::KillMode::process ? "process"
                                                                  : "control-group";
    return file;
}

void endsAll(Machine& machine, const std::string& unit) {
    for (const pid_t pid : machine.kernel().inUnit(unit)) {
        machine.healerEnds(*machine.kernel().find(pid));
    }
}

/// What PropertiesChanged of the interface Service has.
void takeService(systemd::UnitFacts& into, const systemd::UnitFacts& from) {
    into.result = from.result;
    into.restart = from.restart;
    into.mainPid = from.mainPid;
    into.execMainPid = from.execMainPid;
    into.execMainCode = from.execMainCode;
    into.execMainStatus = from.execMainStatus;
    into.execMainStart = from.execMainStart;
    into.execMainExit = from.execMainExit;
}

/// And that of the interface Unit.
void takeUnit(systemd::UnitFacts& into, const systemd::UnitFacts& from) {
    into.load = from.load;
    into.active = from.active;
    into.sub = from.sub;
    into.invocation = from.invocation;
    into.job = from.job;
    into.activeExit = from.activeExit;
    into.activeEnter = from.activeEnter;
    into.inactiveEnter = from.inactiveEnter;
    into.inactiveExit = from.inactiveExit;
}

} // namespace

ManagerClient::ManagerClient(Machine& machine) : machine_(machine) {
    machine_.pid1().attach(*this);
    connect();
}

ManagerClient::~ManagerClient() {
    machine_.pid1().detach(*this);
}

void ManagerClient::connect() {
    machine_.soon(milliseconds(40), [this, alive = std::weak_ptr(alive_)] {
        if (alive.expired() || connected_ || !machine_.pid1().isReachable()) {
            return;
        }
        connected_ = true;
        ++connection_;
        lastArrival_ = machine_.now();
        notify([](Observer& observer) { observer.connected(); });
        for (const auto& entry : std::exchange(unconnected_, {})) {
            if (const auto callback = entry.lock()) {
                (*callback)();
            }
        }
    });
}

void ManagerClient::reachable() {
    connect();
}

void ManagerClient::broken() {
    if (!connected_) {
        return;
    }
    connected_ = false;
    inbox_.clear();
    machine_.soon(milliseconds(1), [this, alive = std::weak_ptr(alive_)] {
        if (alive.expired()) {
            return;
        }
        for (const auto& entry : std::exchange(calls_, {})) {
            if (!std::exchange(entry->answered, true)) {
                entry->fail({systemd::kConnectionLost, "the connection has broken"});
            }
        }
        notify([](Observer& observer) { observer.disconnected(); });
        jobs().lost();
    });
}

/// An observer may end the registration of any.
template <typename Notify>
void ManagerClient::notify(Notify notify) {
    const auto all = observers_;
    for (Observer* observer : all) {
        if (std::find(observers_.begin(), observers_.end(), observer) != observers_.end()) {
            notify(*observer);
        }
    }
}

void ManagerClient::receive(std::function<void()> message) {
    if (!connected_) {
        return;
    }
    inbox_.push_back(std::move(message));
    if (!std::exchange(delivering_, true)) {
        machine_.soon(milliseconds(2), [this, alive = std::weak_ptr(alive_)] {
            if (!alive.expired()) {
                deliver();
            }
        });
    }
}

/// One message in each turn of the loop.
void ManagerClient::deliver() {
    delivering_ = false;
    if (inbox_.empty()) {
        return;
    }
    const auto message = std::move(inbox_.front());
    inbox_.pop_front();
    message();
    if (!inbox_.empty() && !std::exchange(delivering_, true)) {
        const auto again = [this, alive = std::weak_ptr(alive_)] {
            if (!alive.expired()) {
                deliver();
            }
        };
        machine_.after(machine_.random().oneIn(4)
                           ? machine_.random().between(milliseconds(0), milliseconds(2))
                           : core::Duration(0),
                       again);
    }
}

template <typename T>
void ManagerClient::call(bool acts, std::function<Outcome<T>()> ask, Answer<T> answer) {
    auto entry = std::make_shared<Call>();
    entry->fail = [answer](const Failure& failure) { answer(failure); };
    const std::weak_ptr<int> alive(alive_);
    const auto answerOnce = [this, entry, answer, alive](const Outcome<T>& outcome) {
        if (!alive.expired() && !std::exchange(entry->answered, true)) {
            calls_.remove(entry);
            answer(outcome);
        }
    };
    if (!connected_) {
        machine_.after(core::Duration(0), [answerOnce] {
            answerOnce(Failure{systemd::kConnectionLost, "there is no connection to systemd"});
        });
        return;
    }
    if (acts && !machine_.effect()) {
        return;
    }
    calls_.push_back(entry);
    const auto connection = connection_;
    const auto receive = [this, &machine = machine_, ask = std::move(ask), answerOnce, alive, connection] {
        // What was sent over a connection that has broken meanwhile may have got there or not.
        const bool same = !alive.expired() && connected_ && connection == connection_;
        if (!same && !machine.random().oneIn(2)) {
            return;
        }
        const auto outcome = ask();
        if (same) {
            this->receive([answerOnce, outcome] { answerOnce(outcome); });
        }
    };
    // In the order in which they were sent.
    auto& pid1 = machine_.pid1();
    lastArrival_ = std::max({lastArrival_, pid1.slowUntil(),
                             machine_.now() + machine_.random().between(core::Duration(0), milliseconds(2))});
    machine_.after(lastArrival_ - machine_.now(), [&pid1, receive] { pid1.whenAwake(receive); });
    machine_.after(kCallTimeout, [answerOnce] {
        answerOnce(Failure{"org.freedesktop.DBus.Error.NoReply", "Method call timed out"});
    });
}

template <typename T>
systemd::Manager::Handle ManagerClient::question(std::function<Outcome<T>()> ask, Answer<T> answer) {
    auto interest = std::make_shared<Answer<T>>(std::move(answer));
    call<T>(false, std::move(ask), [weak = std::weak_ptr(interest)](const Outcome<T>& outcome) {
        if (const auto still = weak.lock()) {
            (*still)(outcome);
        }
    });
    return interest;
}

systemd::Manager::Handle ManagerClient::whenConnected(std::function<void()> callback) {
    auto handle = std::make_shared<std::function<void()>>(std::move(callback));
    if (connected_) {
        machine_.after(core::Duration(0), [weak = std::weak_ptr(handle)] {
            if (const auto still = weak.lock()) {
                (*still)();
            }
        });
    } else {
        unconnected_.emplace_back(handle);
    }
    return handle;
}

systemd::Manager::Handle ManagerClient::whenRead(std::function<void()> callback) {
    auto handle = std::make_shared<std::function<void()>>(std::move(callback));
    const auto reached = [weak = std::weak_ptr(handle)] {
        if (const auto still = weak.lock()) {
            (*still)();
        }
    };
    if (connected_) {
        receive(reached);
    } else {
        machine_.after(core::Duration(0), reached);
    }
    return handle;
}

systemd::Manager::Handle ManagerClient::submit(const systemd::JobRequest& request,
                                               Answer<std::uint32_t> answer) {
    using Verb = systemd::JobRequest::Verb;
    auto interest = std::make_shared<Answer<std::uint32_t>>(std::move(answer));
    const auto ask = [&machine = machine_, request]() -> Outcome<std::uint32_t> {
        static constexpr JobType kTypes[] = {JobType::start, JobType::start, JobType::restart, JobType::stop};
        auto& pid1 = machine.pid1();
        static constexpr const char* kVerbs[] = {"StartTransientUnit", "StartUnit", "RestartUnit",
                                                 "StopUnit"};
        const auto verb = static_cast<std::size_t>(request.verb);
        if (request.verb == Verb::stop || request.verb == Verb::restart) {
            endsAll(machine, request.unit);
        }
        const auto made = request.verb == Verb::startTransient
                              ? pid1.startTransient(request.unit, fileOf(request))
                              : pid1.request(request.unit, kTypes[verb], Asker::healer);
        const auto* failure = std::get_if<Failure>(&made);
        machine.note("Healer calls " + std::string(kVerbs[verb]) + " " + request.unit +
                     (failure != nullptr ? ": " + failure->message : ""));
        if (failure != nullptr) {
            return *failure;
        }
        return std::get<Pid1::Answer>(made).job;
    };
    call<std::uint32_t>(true, ask,
                        [this, unit = request.unit, newest = jobs().newest(),
                         weak = std::weak_ptr(interest)](const Outcome<std::uint32_t>& outcome) {
                            const auto* job = std::get_if<std::uint32_t>(&outcome);
                            if (job != nullptr && *job > newest) {
                                jobs().claim(unit, *job);
                            }
                            if (const auto still = weak.lock()) {
                                (*still)(outcome);
                            }
                        });
    return interest;
}

systemd::Manager::Handle ManagerClient::reset(const std::string& unit, Answer<std::monostate> answer) {
    const auto ask = [&machine = machine_, unit] { return machine.pid1().resetFailed(unit); };
    return question<std::monostate>(ask, std::move(answer));
}

systemd::Manager::Handle ManagerClient::reload(Answer<std::monostate> answer) {
    const auto ask = [&machine = machine_]() -> Outcome<std::monostate> {
        machine.pid1().readUnitFiles();
        return std::monostate();
    };
    return question<std::monostate>(ask, std::move(answer));
}

systemd::Manager::Handle ManagerClient::killUnit(const std::string& unit, int signal,
                                                 Answer<std::monostate> answer) {
    const auto ask = [&machine = machine_, unit, signal] {
        endsAll(machine, unit);
        machine.note("Healer calls KillUnit " + unit + " " + std::to_string(signal));
        return machine.pid1().kill(unit, signal);
    };
    auto interest = std::make_shared<Answer<std::monostate>>(std::move(answer));
    call<std::monostate>(true, ask, [weak = std::weak_ptr(interest)](const Outcome<std::monostate>& outcome) {
        if (const auto still = weak.lock()) {
            (*still)(outcome);
        }
    });
    return interest;
}

systemd::Manager::Handle ManagerClient::query(const std::string& unit, Answer<systemd::UnitState> answer) {
    const auto ask = [&machine = machine_, unit]() -> Outcome<systemd::UnitState> {
        return machine.pid1().query(unit);
    };
    return question<systemd::UnitState>(ask, std::move(answer));
}

systemd::Manager::Handle ManagerClient::mainPid(const std::string& unit, Answer<pid_t> answer) {
    const auto ask = [&machine = machine_, unit]() -> Outcome<pid_t> {
        return machine.pid1().facts(unit).mainPid;
    };
    return question<pid_t>(ask, std::move(answer));
}

systemd::Manager::Handle ManagerClient::read(const std::string& unit, Answer<systemd::UnitFacts> answer) {
    const auto ask = [&machine = machine_, unit]() -> Outcome<systemd::UnitFacts> {
        return machine.pid1().facts(unit);
    };
    return question<systemd::UnitFacts>(ask, std::move(answer));
}

systemd::Manager::Handle ManagerClient::processes(const std::string& unit, Answer<std::size_t> answer) {
    const auto ask = [&machine = machine_, unit]() -> Outcome<std::size_t> {
        return machine.kernel().inUnit(unit).size();
    };
    return question<std::size_t>(ask, std::move(answer));
}

systemd::Manager::Handle ManagerClient::watch(const std::string& unit, std::function<void(Change)> changed) {
    auto watch = std::make_shared<Watch>(std::move(changed));
    watches_.emplace(unit, watch);
    return watch;
}

void ManagerClient::jobNew(const systemd::Job& job) {
    receive([this, job] {
        jobs().appeared(job);
        notify([&](Observer& observer) { observer.jobNew(job); });
    });
}

void ManagerClient::jobRemoved(const systemd::Job& job) {
    receive([this, job] {
        notify([&](Observer& observer) { observer.jobRemoved(job); });
        jobs().removed(job);
        jobs().forget(job.id);
    });
}

void ManagerClient::changed(const std::string& unit, const systemd::UnitFacts& facts) {
    const auto report = [this, unit, facts](bool last) {
        std::vector<std::shared_ptr<Watch>> watches;
        const auto [first, end] = watches_.equal_range(unit);
        for (auto entry = first; entry != end; ++entry) {
            if (auto watch = entry->second.lock()) {
                watches.push_back(std::move(watch));
            }
        }
        for (const auto& watch : watches) {
            (*watch)(Change{.last = last, .apply = [&](systemd::UnitFacts& into) {
                                last ? takeUnit(into, facts) : takeService(into, facts);
                                return true;
                            }});
        }
    };
    receive([report] { report(false); });
    receive([report] { report(true); });
}

void ManagerClient::unitFilesRead() {
    receive([this] { notify([](Observer& observer) { observer.unitFilesRead(); }); });
}

} // namespace healer::machine
