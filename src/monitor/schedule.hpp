// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"
#include "runtime/loop.hpp"

#include <map>
#include <set>
#include <utility>

namespace healer::monitor {

/// Times at which many monitors want to look again, behind one timer of the loop.
class Schedule {
public:
    class Client {
    public:
        Client() = default;
        Client(const Client&) = delete;
        Client& operator=(const Client&) = delete;
        /// The time has come; it is forgotten before the call. Destroying clients in it is allowed.
        virtual void due() = 0;
        virtual ~Client() = default;
    };

    explicit Schedule(runtime::Loop& loop) : loop_(loop) {}
    Schedule(const Schedule&) = delete;
    Schedule& operator=(const Schedule&) = delete;
    ~Schedule() = default;

    /// Replaces the client's time.
    void set(Client& client, core::TimePoint when);
    /// The next common multiple of `interval`: clients of one interval wake the loop together.
    void setNext(Client& client, core::Duration interval);
    void clear(Client& client);

private:
    void arm();
    void fire();

    runtime::Loop& loop_;
    std::set<std::pair<core::TimePoint, Client*>> times_;
    std::map<Client*, core::TimePoint> byClient_;
    core::TimePoint armedFor_;
    runtime::Source timer_;
};

} // namespace healer::monitor
