// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/authority.hpp"
#include "bus/check_queue.hpp"
#include "bus/uid_lookup.hpp"
#include "core/time.hpp"
#include "runtime/loop.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace healer::bus {

class Connection;

/// How long polkit is waited for, and for how many callers at once.
struct PolkitLimits {
    /// Its rules decide at once, but it may have to be started first. Also how long a question waits for its
    /// turn.
    core::Duration rules = std::chrono::seconds(25);
    /// Long enough to look up a password and to type it twice.
    core::Duration password = std::chrono::minutes(5);
    CheckQueue::Limits queue{};
};

/// Root may; polkit decides about all other users. Never waits: many questions are under way at once, within
/// the limits, and while polkit is missing or hangs only root may.
class PolkitAuthority : public Authority {
public:
    /// The references outlive it. Its destruction cancels what is under way.
    PolkitAuthority(runtime::Loop& loop, Connection& connection, const PolkitLimits& limits);
    ~PolkitAuthority() override;

    void check(const Caller& caller, const std::string& action,
               const std::map<std::string, std::string>& details,
               std::function<void(core::Result<void>)> callback) override;

private:
    struct Check;

    void enqueue(uid_t uid, std::unique_ptr<Check> check);
    void askNext();
    void finish(CheckQueue::Id id, const core::Result<void>& outcome);

    runtime::Loop& loop_;
    Connection& connection_;
    PolkitLimits limits_;
    UidLookup lookup_;
    CheckQueue queue_;
    CheckQueue::Id lastId_ = 0;
    std::map<CheckQueue::Id, std::unique_ptr<Check>> checks_;
};

} // namespace healer::bus
