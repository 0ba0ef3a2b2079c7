// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"
#include "monitor/timer_queue.hpp"
#include "runtime/loop.hpp"

#include <deque>

namespace healer::monitor::probe {

/// Starts probes at their times, but only a few in one iteration of the loop, so that a thousand probes that
/// are due at once do not delay anything else.
class ProbeThrottle {
public:
    class Client : public TimerQueue::Client {
    public:
        /// Start the probe now. The callee may destroy clients.
        virtual void turn() = 0;
    };

    explicit ProbeThrottle(runtime::Loop& loop) : loop_(loop), timers_(loop) {}

    /// Sets or replaces the time of the client.
    void set(Client& client, core::TimePoint when);
    void clear(Client& client);
    /// To be called by Client::due() only.
    void enqueue(Client& client);

private:
    void serve();

    runtime::Loop& loop_;
    TimerQueue timers_;
    std::deque<Client*> queue_;
    runtime::Source next_;
};

} // namespace healer::monitor::probe
