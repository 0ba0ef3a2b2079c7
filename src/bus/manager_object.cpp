// SPDX-License-Identifier: Apache-2.0
#include "bus/manager_object.hpp"

#include "bus/process_properties.hpp"
#include "bus/text.hpp"
#include "sdbus_dialect.hpp"

#include <algorithm>
#include <utility>

namespace healer::bus {

namespace {

/// Any user may call, and the loop does nothing else while it answers.
constexpr std::size_t kMostEntries = 1000;

} // namespace

ManagerObject::ManagerObject(sdbus::IConnection& connection, Requests& requests)
    : AdaptorInterfaces(connection, sdbus::ObjectPath(kManagerPath)), requests_(requests) {
    registerAdaptor();
}

ManagerObject::~ManagerObject() {
    unregisterAdaptor();
}

void ManagerObject::announce(const std::vector<const char*>& properties) {
    dbus::emitPropertiesChanged(getObject(), Manager_adaptor::INTERFACE_NAME, properties);
}

std::vector<sdbus::Struct<std::string, std::string, std::string, std::uint32_t, sdbus::ObjectPath>>
ManagerObject::ListProcesses() {
    return guarded([this] {
        std::vector<sdbus::Struct<std::string, std::string, std::string, std::uint32_t, sdbus::ObjectPath>>
            result;
        for (const std::string& name : requests_.backend().processNames()) {
            if (const core::ProcessView* view = requests_.backend().view(name)) {
                result.emplace_back(validUtf8(name), std::string(toString(view->state)),
                                    std::string(toString(view->breaker)),
                                    static_cast<std::uint32_t>(core::pidOf(view->instance)),
                                    sdbus::ObjectPath(processPath(name)));
            }
        }
        return result;
    });
}

sdbus::ObjectPath ManagerObject::GetProcess(const std::string& name) {
    return guarded([&] {
        requests_.mustExist(name);
        return sdbus::ObjectPath(processPath(name));
    });
}

sdbus::ObjectPath ManagerObject::GetProcessByPID(const std::uint32_t& pid) {
    return guarded([&] {
        for (const std::string& name : requests_.backend().processNames()) {
            const core::ProcessView* view = requests_.backend().view(name);
            if (view != nullptr && static_cast<std::uint32_t>(core::pidOf(view->instance)) == pid) {
                return sdbus::ObjectPath(processPath(name));
            }
        }
        throw toBusError(
            core::Error{"no managed process has PID " + std::to_string(pid), core::ErrorKind::noSuchProcess});
    });
}

void ManagerObject::startOrRestart(sdbus::Result<std::uint32_t>&& result, core::event::Verb verb,
                                   const std::string& name) {
    guarded([&] { requests_.startOrRestart(std::move(result), verb, name, currentCaller(getObject())); });
}

void ManagerObject::change(sdbus::Result<>&& result, core::event::Verb verb, const std::string& name) {
    guarded([&] { requests_.change(std::move(result), verb, name, currentCaller(getObject())); });
}

void ManagerObject::Restart(sdbus::Result<std::uint32_t>&& result, std::string name) {
    startOrRestart(std::move(result), core::event::Verb::restart, name);
}

void ManagerObject::Start(sdbus::Result<std::uint32_t>&& result, std::string name) {
    startOrRestart(std::move(result), core::event::Verb::start, name);
}

void ManagerObject::Stop(sdbus::Result<>&& result, std::string name) {
    change(std::move(result), core::event::Verb::stop, name);
}

void ManagerObject::Pause(sdbus::Result<>&& result, std::string name) {
    change(std::move(result), core::event::Verb::pause, name);
}

void ManagerObject::Resume(sdbus::Result<>&& result, std::string name) {
    change(std::move(result), core::event::Verb::resume, name);
}

void ManagerObject::ResetBreaker(sdbus::Result<>&& result, std::string name) {
    change(std::move(result), core::event::Verb::resetBreaker, name);
}

void ManagerObject::Reload(NameLists&& result) {
    guarded([&] { requests_.reload(std::move(result), currentCaller(getObject())); });
}

std::vector<std::map<std::string, sdbus::Variant>> ManagerObject::GetHistory(const std::string& name,
                                                                             const std::uint32_t& max) {
    return guarded([&] {
        if (!name.empty()) {
            requests_.mustExist(name);
        }
        const std::size_t limit = max == 0 ? kMostEntries : std::min<std::size_t>(max, kMostEntries);
        std::vector<std::map<std::string, sdbus::Variant>> result;
        for (const HistoryEntry& entry : requests_.backend().history(name, limit)) {
            result.push_back(toDictionary(entry));
        }
        return result;
    });
}

} // namespace healer::bus
