// SPDX-License-Identifier: Apache-2.0
#include "bus/requests.hpp"

#include "bus/utf8.hpp"

#include <utility>

namespace healer::bus {

namespace {

const char* verbName(core::event::Verb verb) {
    switch (verb) {
    case core::event::Verb::start:
        return "start";
    case core::event::Verb::stop:
        return "stop";
    case core::event::Verb::restart:
        return "restart";
    case core::event::Verb::pause:
        return "pause";
    case core::event::Verb::resume:
        return "resume";
    case core::event::Verb::resetBreaker:
        break;
    }
    return "reset-breaker";
}

core::Error noSuchProcess(const std::string& name) {
    constexpr std::size_t kLongestName = 64;
    const std::string shown = name.size() > kLongestName ? name.substr(0, kLongestName) + "..." : name;
    return core::Error{"there is no process \"" + shown + "\" in the configuration",
                       core::ErrorKind::noSuchProcess};
}

std::vector<std::string> validNames(const std::vector<std::string>& names) {
    std::vector<std::string> result;
    result.reserve(names.size());
    for (const std::string& name : names) {
        result.push_back(validUtf8(name));
    }
    return result;
}

} // namespace

void Requests::mustExist(const std::string& name) const {
    if (backend_.plan(name) == nullptr) {
        throw toBusError(noSuchProcess(name));
    }
}

void Requests::request(core::event::Verb verb, const std::string& name, const Caller& caller,
                       Backend::Answer answer) {
    authority_.check(caller, kManageProcesses, {{"process", name}, {"verb", verbName(verb)}},
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

void Requests::startOrRestart(sdbus::Result<std::uint32_t>&& result, core::event::Verb verb,
                              const std::string& name, const Caller& caller) {
    mustExist(name);
    request(verb, name, caller,
            [reply = replies_.keep(std::move(result))](const core::Result<pid_t>& outcome) {
                if (outcome) {
                    reply.send(static_cast<std::uint32_t>(*outcome));
                } else {
                    reply.fail(outcome.error());
                }
            });
}

void Requests::change(sdbus::Result<>&& result, core::event::Verb verb, const std::string& name,
                      const Caller& caller) {
    mustExist(name);
    request(verb, name, caller,
            [reply = replies_.keep(std::move(result))](const core::Result<pid_t>& outcome) {
                if (outcome) {
                    reply.send();
                } else {
                    reply.fail(outcome.error());
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
                             reply.send(validNames(outcome->added), validNames(outcome->changed),
                                        validNames(outcome->removed));
                         } else {
                             reply.fail(outcome.error());
                         }
                     });
}

} // namespace healer::bus
