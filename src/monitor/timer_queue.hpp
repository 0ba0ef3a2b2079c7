// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"
#include "runtime/loop.hpp"

#include <map>
#include <set>
#include <utility>

namespace healer::monitor {

/// The deadlines of many monitors behind one timer of the loop.
class TimerQueue {
public:
    class Client {
    public:
        Client() = default;
        Client(const Client&) = delete;
        Client& operator=(const Client&) = delete;
        /// The deadline has passed; it is cleared before the call. The callee may destroy clients.
        virtual void due() = 0;
        virtual ~Client() = default;
    };

    explicit TimerQueue(runtime::Loop& loop) : loop_(loop) {}
    TimerQueue(const TimerQueue&) = delete;
    TimerQueue& operator=(const TimerQueue&) = delete;
    ~TimerQueue() = default;

    /// Sets or replaces the deadline of the client.
    void set(Client& client, core::TimePoint when);
    /// Sets the deadline to the next multiple of `interval`, so that clients with the same interval wake the
    /// loop together.
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
