// SPDX-License-Identifier: Apache-2.0
#include "systemd/bus_manager.hpp"

#include "systemd/unit_reader.hpp"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace healer::systemd {

namespace {

constexpr const char* kServiceInterface = "org.freedesktop.systemd1.Service";

Failure garbled() {
    return {SD_BUS_ERROR_INCONSISTENT_MESSAGE, "systemd's answer cannot be read"};
}

std::uint32_t jobOfPath(std::string_view path) {
    const auto slash = path.rfind('/');
    std::uint32_t job = 0;
    if (slash != std::string_view::npos) {
        std::from_chars(path.data() + slash + 1, path.data() + path.size(), job);
    }
    return job;
}

std::variant<std::uint32_t, Failure> readJob(sd_bus_message* reply) {
    const char* path = nullptr;
    if (sd_bus_message_read(reply, "o", &path) < 0) {
        return garbled();
    }
    return jobOfPath(path);
}

std::variant<UnitState, Failure> readState(sd_bus_message* reply) {
    const char* name = nullptr;
    const char* description = nullptr;
    const char* load = nullptr;
    const char* active = nullptr;
    const char* sub = nullptr;
    const char* following = nullptr;
    const char* path = nullptr;
    std::uint32_t job = 0;
    const char* jobType = nullptr;
    const char* jobPath = nullptr;
    if (sd_bus_message_enter_container(reply, 'a', "(ssssssouso)") < 0) {
        return garbled();
    }
    const int read = sd_bus_message_read(reply, "(ssssssouso)", &name, &description, &load, &active, &sub,
                                         &following, &path, &job, &jobType, &jobPath);
    if (read < 0) {
        return garbled();
    }
    if (read == 0 || std::string_view(load) == "not-found") {
        return UnitState{};
    }
    return UnitState{.loaded = true,
                     .intact = std::string_view(load) == "loaded",
                     .description = description,
                     .active = active,
                     .job = job,
                     .jobType = jobType};
}

std::variant<pid_t, Failure> readPid(sd_bus_message* reply) {
    std::uint32_t pid = 0;
    if (sd_bus_message_read(reply, "v", "u", &pid) < 0) {
        return garbled();
    }
    return static_cast<pid_t>(pid);
}

std::variant<std::size_t, Failure> readProcesses(sd_bus_message* reply) {
    std::size_t count = 0;
    const char* group = nullptr;
    std::uint32_t pid = 0;
    const char* command = nullptr;
    if (sd_bus_message_enter_container(reply, 'a', "(sus)") < 0) {
        return garbled();
    }
    int more = 0;
    while ((more = sd_bus_message_read(reply, "(sus)", &group, &pid, &command)) > 0) {
        ++count;
    }
    return more == 0 ? std::variant<std::size_t, Failure>(count) : garbled();
}

std::variant<std::monostate, Failure> readNothing(sd_bus_message*) {
    return std::monostate();
}

template <typename T>
Connection::Answer through(std::variant<T, Failure> (*read)(sd_bus_message*), Manager::Answer<T> answer) {
    return [read, answer = std::move(answer)](sd_bus_message* reply, const Failure* failure) {
        answer(failure != nullptr ? std::variant<T, Failure>(*failure) : read(reply));
    };
}

/// The answer drops with the handle.
Manager::Handle held(Connection::Call call) {
    return std::make_shared<Connection::Call>(std::move(call));
}

const char* memberFor(JobRequest::Verb verb) {
    switch (verb) {
    case JobRequest::Verb::startTransient:
        return "StartTransientUnit";
    case JobRequest::Verb::start:
        return "StartUnit";
    case JobRequest::Verb::restart:
        return "RestartUnit";
    case JobRequest::Verb::stop:
        return "StopUnit";
    }
    return "";
}

int append(sd_bus_message* message, const JobRequest& request) {
    return request.verb == JobRequest::Verb::startTransient
               ? appendStartTransientUnit(message, request.transient, request.forkSupport)
               : sd_bus_message_append(message, "ss", request.unit.c_str(), "replace");
}

} // namespace

void BusManager::observe(Observer* observer) {
    observers_.push_back(observer);
}

void BusManager::unobserve(const Observer* observer) {
    std::erase(observers_, observer);
}

/// An observer may end the registration of any.
template <typename Notify>
void BusManager::notify(Notify notify) {
    const auto all = observers_;
    for (Observer* observer : all) {
        if (std::find(observers_.begin(), observers_.end(), observer) != observers_.end()) {
            notify(*observer);
        }
    }
}

void BusManager::jobNew(const Job& job) {
    jobs().appeared(job);
    notify([&](Observer& observer) { observer.jobNew(job); });
}

void BusManager::jobRemoved(const Job& job) {
    notify([&](Observer& observer) { observer.jobRemoved(job); });
    jobs().removed(job);
    jobs().forget(job.id);
}

void BusManager::connected() {
    notify([](Observer& observer) { observer.connected(); });
    for (const auto& entry : std::exchange(unconnected_, {})) {
        if (const auto callback = entry.lock()) {
            (*callback)();
        }
    }
}

void BusManager::disconnected() {
    notify([](Observer& observer) { observer.disconnected(); });
    jobs().lost();
}

void BusManager::unitFilesRead() {
    notify([](Observer& observer) { observer.unitFilesRead(); });
}

Manager::Handle BusManager::whenConnected(std::function<void()> callback) {
    if (isConnected()) {
        return std::make_shared<runtime::Source>(loop_.addDeferred(std::move(callback)));
    }
    auto handle = std::make_shared<std::function<void()>>(std::move(callback));
    unconnected_.emplace_back(handle);
    return handle;
}

Manager::Handle BusManager::whenRead(std::function<void()> callback) {
    return connection_.whenRead(std::move(callback));
}

Manager::Handle BusManager::submit(const JobRequest& request, Answer<std::uint32_t> answer) {
    auto interest = std::make_shared<Answer<std::uint32_t>>(std::move(answer));
    const auto slot = submitted_.emplace(submitted_.end());
    auto answered = [this, slot, unit = request.unit, newest = jobs().newest(),
                     weak = std::weak_ptr(interest)](const Outcome<std::uint32_t>& outcome) {
        submitted_.erase(slot);
        const auto* job = std::get_if<std::uint32_t>(&outcome);
        // An older one is another client's, which this call has joined.
        if (job != nullptr && *job > newest) {
            jobs().claim(unit, *job);
        }
        if (const auto still = weak.lock()) {
            (*still)(outcome);
        }
    };
    *slot = connection_.call(
        Connection::kManagerPath, Connection::kManagerInterface, memberFor(request.verb),
        [&](sd_bus_message* message) { return append(message, request); },
        through<std::uint32_t>(readJob, std::move(answered)));
    return interest;
}

Manager::Handle BusManager::reset(const std::string& unit, Answer<std::monostate> answer) {
    return held(connection_.call(
        Connection::kManagerPath, Connection::kManagerInterface, "ResetFailedUnit",
        [&](sd_bus_message* message) { return sd_bus_message_append(message, "s", unit.c_str()); },
        through<std::monostate>(readNothing, std::move(answer))));
}

Manager::Handle BusManager::reload(Answer<std::monostate> answer) {
    return held(connection_.call(
        Connection::kManagerPath, Connection::kManagerInterface, "Reload", [](sd_bus_message*) { return 0; },
        through<std::monostate>(readNothing, std::move(answer))));
}

Manager::Handle BusManager::killUnit(const std::string& unit, int signal, Answer<std::monostate> answer) {
    return held(connection_.call(
        Connection::kManagerPath, Connection::kManagerInterface, "KillUnit",
        [&](sd_bus_message* message) {
            return sd_bus_message_append(message, "ssi", unit.c_str(), "all", signal);
        },
        through<std::monostate>(readNothing, std::move(answer))));
}

Manager::Handle BusManager::query(const std::string& unit, Answer<UnitState> answer) {
    return held(connection_.call(
        Connection::kManagerPath, Connection::kManagerInterface, "ListUnitsByNames",
        [&](sd_bus_message* message) { return sd_bus_message_append(message, "as", 1, unit.c_str()); },
        through<UnitState>(readState, std::move(answer))));
}

Manager::Handle BusManager::mainPid(const std::string& unit, Answer<pid_t> answer) {
    return held(connection_.get(unitObjectPath(unit), kServiceInterface, "MainPID",
                                through<pid_t>(readPid, std::move(answer))));
}

Manager::Handle BusManager::read(const std::string& unit, Answer<UnitFacts> answer) {
    auto reader = std::make_shared<UnitReader>(connection_, unit);
    reader->read(std::move(answer));
    return reader;
}

Manager::Handle BusManager::processes(const std::string& unit, Answer<std::size_t> answer) {
    return held(connection_.call(
        Connection::kManagerPath, Connection::kManagerInterface, "GetUnitProcesses",
        [&](sd_bus_message* message) { return sd_bus_message_append(message, "s", unit.c_str()); },
        through<std::size_t>(readProcesses, std::move(answer))));
}

Manager::Handle BusManager::watch(const std::string& unit, std::function<void(Change)> changed) {
    return connection_.watchProperties(
        unitObjectPath(unit),
        [changed = std::move(changed)](std::string_view interface, sd_bus_message* message) {
            changed({interface == kUnitInterface,
                     [message](UnitFacts& facts) { return readProperties(message, facts); }});
        });
}

} // namespace healer::systemd
