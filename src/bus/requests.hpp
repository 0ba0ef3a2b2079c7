// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/authority.hpp"
#include "bus/backend.hpp"
#include "bus/pending_replies.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace healer::bus {

/// The caller of the method that is being handled; only within a method of this object.
[[nodiscard]] Caller currentCaller(const sdbus::IObject& object);

/// Carries out what callers ask to change: exists? allowed? then the backend, and the answer when it comes.
/// The references outlive it.
class Requests {
public:
    Requests(Backend& backend, Authority& authority) : backend_(backend), authority_(authority) {}

    [[nodiscard]] Backend& backend() const { return backend_; }

    /// Throws the sdbus::Error for an unknown process.
    void mustExist(const std::string& name) const;

    /// Answered with the PID.
    template <typename Result>
    void startOrRestart(Result result, core::event::Verb verb, const std::string& name,
                        const Caller& caller) {
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
    template <typename Result>
    void change(Result result, core::event::Verb verb, const std::string& name, const Caller& caller) {
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
    void reload(
        sdbus::Result<std::vector<std::string>, std::vector<std::string>, std::vector<std::string>>&& result,
        const Caller& caller);

private:
    void request(core::event::Verb verb, const std::string& name, const Caller& caller,
                 Backend::Answer answer);

    Backend& backend_;
    Authority& authority_;
    PendingReplies replies_;
};

} // namespace healer::bus
