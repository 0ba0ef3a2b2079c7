// SPDX-License-Identifier: Apache-2.0
#include "bus/process_object.hpp"

#include "bus/caller.hpp"
#include "bus/object_path.hpp"
#include "bus/process_properties.hpp"
#include "bus/utf8.hpp"
#include "sdbus_dialect.hpp"

#include <utility>

namespace healer::bus {

namespace {

/// Reads something of the process's view; the type's default when the process is gone.
template <typename Read>
auto fromView(const Requests& requests, const std::string& name, Read&& read) {
    return guarded([&] {
        const core::ProcessView* view = requests.backend().view(name);
        return view == nullptr ? decltype(read(*view))() : read(*view);
    });
}

template <typename Read>
auto fromPlan(const Requests& requests, const std::string& name, Read&& read) {
    return guarded([&] {
        const core::ProcessPlan* plan = requests.backend().plan(name);
        return plan == nullptr ? decltype(read(*plan))() : read(*plan);
    });
}

} // namespace

ProcessObject::ProcessObject(sdbus::IConnection& connection, Requests& requests, std::string name)
    : AdaptorInterfaces(connection, sdbus::ObjectPath(processPath(name))), requests_(requests),
      name_(std::move(name)) {
    registerAdaptor();
}

ProcessObject::~ProcessObject() {
    unregisterAdaptor();
}

void ProcessObject::announce(const std::vector<const char*>& properties) {
    dbus::emitPropertiesChanged(getObject(), Process_adaptor::INTERFACE_NAME, properties);
}

void ProcessObject::startOrRestart(sdbus::Result<std::uint32_t>&& result, core::event::Verb verb) {
    guarded([&] { requests_.startOrRestart(std::move(result), verb, name_, currentCaller(getObject())); });
}

void ProcessObject::change(sdbus::Result<>&& result, core::event::Verb verb) {
    guarded([&] { requests_.change(std::move(result), verb, name_, currentCaller(getObject())); });
}

void ProcessObject::Restart(sdbus::Result<std::uint32_t>&& result) {
    startOrRestart(std::move(result), core::event::Verb::restart);
}

void ProcessObject::Start(sdbus::Result<std::uint32_t>&& result) {
    startOrRestart(std::move(result), core::event::Verb::start);
}

void ProcessObject::Stop(sdbus::Result<>&& result) {
    change(std::move(result), core::event::Verb::stop);
}

void ProcessObject::Pause(sdbus::Result<>&& result) {
    change(std::move(result), core::event::Verb::pause);
}

void ProcessObject::Resume(sdbus::Result<>&& result) {
    change(std::move(result), core::event::Verb::resume);
}

void ProcessObject::ResetBreaker(sdbus::Result<>&& result) {
    change(std::move(result), core::event::Verb::resetBreaker);
}

std::string ProcessObject::Name() {
    return guarded([this] { return validUtf8(name_); });
}

std::string ProcessObject::State() {
    return fromView(requests_, name_,
                    [](const core::ProcessView& view) { return std::string(toString(view.state)); });
}

std::string ProcessObject::BreakerState() {
    return fromView(requests_, name_,
                    [](const core::ProcessView& view) { return std::string(toString(view.breaker)); });
}

std::uint64_t ProcessObject::BreakerRetryUSec() {
    return fromView(requests_, name_, [](const core::ProcessView& view) {
        return view.breakerRetryAt ? core::usecOf(view.breakerRetryAt->wall) : std::uint64_t{0};
    });
}

std::uint32_t ProcessObject::PID() {
    return fromView(requests_, name_, [](const core::ProcessView& view) {
        return static_cast<std::uint32_t>(core::pidOf(view.instance));
    });
}

std::string ProcessObject::Unit() {
    return fromPlan(requests_, name_, [this](const core::ProcessPlan&) {
        return validUtf8(requests_.backend().unitOf(name_));
    });
}

std::vector<std::string> ProcessObject::Command() {
    return fromPlan(requests_, name_, commandLine);
}

std::vector<std::string> ProcessObject::Monitors() {
    return fromPlan(requests_, name_, monitorTypes);
}

std::uint64_t ProcessObject::RestartCount() {
    return fromView(requests_, name_, [](const core::ProcessView& view) { return view.restartCount; });
}

std::uint64_t ProcessObject::ActiveSinceUSec() {
    return fromView(requests_, name_, [](const core::ProcessView& view) {
        return view.activeSince ? core::usecOf(view.activeSince->wall) : std::uint64_t{0};
    });
}

std::string ProcessObject::StateReason() {
    return fromView(requests_, name_,
                    [](const core::ProcessView& view) { return validUtf8(view.stateReason); });
}

bool ProcessObject::Degraded() {
    return fromView(requests_, name_, [](const core::ProcessView& view) { return view.degraded; });
}

std::vector<sdbus::Struct<std::string, std::string, bool, std::string>> ProcessObject::Dependencies() {
    return fromPlan(requests_, name_, dependencyList);
}

std::map<std::string, std::string> ProcessObject::DependencyOrigins() {
    return fromPlan(requests_, name_, dependencyOrigins);
}

std::map<std::string, sdbus::Variant> ProcessObject::LastExit() {
    return fromView(requests_, name_, lastExitDetails);
}

} // namespace healer::bus
