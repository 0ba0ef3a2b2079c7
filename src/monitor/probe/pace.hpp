// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"
#include "monitor/schedule.hpp"
#include "runtime/loop.hpp"

#include <deque>

namespace healer::monitor::probe {

/// The times at which probes begin. Of those whose time has come only a few begin in one turn of the loop, in
/// order, so that a thousand at once hold up nothing else.
class Pace {
public:
    class Client : public Schedule::Client {
    public:
        /// It is its turn. Destroying clients in it is allowed.
        virtual void turn() = 0;
    };

    explicit Pace(runtime::Loop& loop) : loop_(loop), schedule_(loop) {}

    /// Replaces the client's time.
    void set(Client& client, core::TimePoint when);
    void clear(Client& client);
    /// For Client::due() alone.
    void enqueue(Client& client);

private:
    void serve();

    runtime::Loop& loop_;
    Schedule schedule_;
    std::deque<Client*> queue_;
    runtime::Source next_;
};

} // namespace healer::monitor::probe
