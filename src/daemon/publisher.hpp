// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/service.hpp"
#include "core/action.hpp"
#include "core/coordinator.hpp"
#include "daemon/history.hpp"
#include "daemon/state_store.hpp"
#include "runtime/log.hpp"
#include "runtime/loop.hpp"

#include <cstdint>
#include <deque>
#include <set>
#include <string>

namespace healer::daemon {

/// Publishes events and states: journal, D-Bus signals and properties, history, state files, STATUS=. It does
/// so 2 ms later and in slices of a few milliseconds, so that publishing never delays healing.
class Publisher {
public:
    struct Parts {
        runtime::Loop& loop;
        runtime::Log& log;
        const core::Coordinator& coordinator;
        bus::Service& bus;
        History& history;
        StateStore& store;
    };

    explicit Publisher(Parts parts) : parts_(parts) {}
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    /// `at` is when it happened, or was noticed.
    void announce(core::action::Announce announce, core::Moment at);
    void changed(const std::string& name);
    /// The process is no longer in the plan.
    void removed(const std::string& name);
    /// Publishes everything that is pending now.
    void flush();
    /// The line for STATUS=.
    [[nodiscard]] std::string statusText() const;

private:
    struct Pending {
        core::action::Announce announce;
        std::uint64_t realtimeUsec = 0;
    };

    void schedule(core::Duration delay);
    void slice();
    bool publishNext();
    void publish(const Pending& pending);
    void save(const std::string& name);
    /// Whether the state could be written is known later.
    void checkStore(core::Duration delay);

    Parts parts_;
    std::deque<Pending> pending_;
    std::set<std::string> changed_;
    bool statusDue_ = false;
    std::string lastStatus_;
    runtime::Source timer_;
    runtime::Source storeCheck_;
};

} // namespace healer::daemon
