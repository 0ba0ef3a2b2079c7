// SPDX-License-Identifier: Apache-2.0
#include "bus/requests.hpp"

#include "bus/text.hpp"
#include "sdbus_dialect.hpp"

#include <utility>

namespace healer::bus {

namespace {

core::Error noSuchProcess(const std::string& name) {
    constexpr std::size_t kLongestName = 64;
    const std::string shown = name.size() > kLongestName ? name.substr(0, kLongestName) + "..." : name;
    return core::Error{"there is no process \"" + shown + "\" in the configuration",
                       core::ErrorKind::noSuchProcess};
}

} // namespace

Caller currentCaller(const sdbus::IObject& object) {
    return {dbus::currentSender(object), dbus::currentCallAllowsInteraction(object)};
}

void Requests::mustExist(const std::string& name) const {
    if (backend_.plan(name) == nullptr) {
        throw toBusError(noSuchProcess(name));
    }
}

void Requests::request(core::event::Verb verb, const std::string& name, const Caller& caller,
                       Backend::Answer answer) {
    authority_.check(caller, kManageProcesses, {{"process", name}, {"verb", std::string(toString(verb))}},
                     [this, verb, name, answer = std::move(answer)](const core::Result<void>& allowed) {
                         if (!allowed) {
                             answer(allowed.error());
                         } else if (backend_.plan(name) == nullptr) {
                             answer(noSuchProcess(name));
                         } else {
                             backend_.request(verb, name, answer);
                         }
                     });
}

void Requests::reload(
    sdbus::Result<std::vector<std::string>, std::vector<std::string>, std::vector<std::string>>&& result,
    const Caller& caller) {
    authority_.check(caller, kReload, {},
                     [this, reply = replies_.keep(std::move(result))](const core::Result<void>& allowed) {
                         if (!allowed) {
                             reply.fail(allowed.error());
                             return;
                         }
                         const core::Result<core::notice::Reloaded> outcome = backend_.reload();
                         if (outcome) {
                             reply.send(validUtf8(outcome->added), validUtf8(outcome->changed),
                                        validUtf8(outcome->removed));
                         } else {
                             reply.fail(outcome.error());
                         }
                     });
}

} // namespace healer::bus
