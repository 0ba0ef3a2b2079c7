// SPDX-License-Identifier: Apache-2.0
#include "bus/process_object.hpp"

#include "bus/text.hpp"
#include "sdbus_dialect.hpp"

#include <utility>

namespace healer::bus {

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

} // namespace healer::bus
