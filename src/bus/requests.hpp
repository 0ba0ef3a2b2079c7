// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/authority.hpp"
#include "bus/backend.hpp"
#include "bus/pending_replies.hpp"

#include <string>

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

    void startOrRestart(sdbus::Result<std::uint32_t>&& result, core::event::Verb verb,
                        const std::string& name, const Caller& caller);
    void change(sdbus::Result<>&& result, core::event::Verb verb, const std::string& name,
                const Caller& caller);
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
