// SPDX-License-Identifier: Apache-2.0
#include "bus/polkit_authority.hpp"

#include "bus/connection.hpp"
#include "bus/polkit_question.hpp"
#include "bus/root_authority.hpp"

#include <unistd.h>

#include <optional>
#include <utility>

namespace healer::bus {

namespace {

core::Error tooMany(const char* what) {
    return core::Error{std::string(what) + "; try again later, or run the command as root (sudo)",
                       core::ErrorKind::busy};
}

} // namespace

/// A request while it is not known whether its caller may make it.
struct PolkitAuthority::Check {
    Caller caller;
    std::string action;
    std::map<std::string, std::string> details;
    std::function<void(core::Result<void>)> callback;
    runtime::Source turn; ///< while it waits for its turn: when it is given up
    std::unique_ptr<PolkitQuestion> question;
};

PolkitAuthority::PolkitAuthority(runtime::Loop& loop, Connection& connection, const PolkitLimits& limits)
    : loop_(loop), connection_(connection), limits_(limits), lookup_(connection), queue_(limits.queue) {}

PolkitAuthority::~PolkitAuthority() = default;

void PolkitAuthority::check(const Caller& caller, const std::string& action,
                            const std::map<std::string, std::string>& details,
                            std::function<void(core::Result<void>)> callback) {
    lookup_.find(caller.name, [this, caller, action, details,
                               callback = std::move(callback)](const core::Result<uid_t>& uid) {
        if (!uid) {
            callback(uid.error());
        } else if (mayChange(*uid, geteuid())) {
            callback({});
        } else {
            auto check = std::make_unique<Check>();
            check->caller = caller;
            check->action = action;
            check->details = details;
            check->callback = callback;
            enqueue(*uid, std::move(check));
        }
    });
}

void PolkitAuthority::enqueue(uid_t uid, std::unique_ptr<Check> check) {
    const CheckQueue::Id id = ++lastId_;
    if (!queue_.add(id, uid)) {
        check->callback(tooMany("too many requests of ordinary users wait for polkit"));
        return;
    }
    check->turn = loop_.addTimer(loop_.now() + limits_.rules, [this, id] {
        finish(id, tooMany("the requests before this one kept polkit busy for too long"));
    });
    checks_.emplace(id, std::move(check));
    askNext();
}

void PolkitAuthority::askNext() {
    while (const std::optional<CheckQueue::Id> id = queue_.open()) {
        Check& check = *checks_.at(*id);
        check.turn.reset();
        PolkitQuestion::Text text{.caller = check.caller,
                                  .action = check.action,
                                  .details = check.details,
                                  .cancellationId = "healer-" + std::to_string(*id),
                                  .timeout = check.caller.interactive ? limits_.password : limits_.rules};
        check.question = std::make_unique<PolkitQuestion>(
            loop_, connection_.sdBus(), std::move(text),
            [this, id = *id](const core::Result<void>& outcome) { finish(id, outcome); });
    }
}

/// Room is made before the callback, which may ask again.
void PolkitAuthority::finish(CheckQueue::Id id, const core::Result<void>& outcome) {
    const auto node = checks_.extract(id);
    queue_.remove(id);
    askNext();
    node.mapped()->callback(outcome);
}

} // namespace healer::bus
