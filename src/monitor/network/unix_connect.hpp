// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"
#include "monitor/probe/probe.hpp"
#include "runtime/loop.hpp"

#include <functional>
#include <string>

namespace healer::monitor::network {

/// Connects to a socket in the file system, of any type. A server whose queue is full is tried again until
/// the timeout. The destructor cancels.
class UnixConnect {
public:
    /// `done` is called once, from the loop; it may destroy this object.
    UnixConnect(runtime::Loop& loop, std::string path, core::Duration timeout,
                std::function<void(probe::Finding)> done);

private:
    void attempt();

    runtime::Loop& loop_;
    std::string path_;
    core::Duration timeout_;
    core::TimePoint deadline_;
    std::function<void(probe::Finding)> done_;
    runtime::Source next_;
};

} // namespace healer::monitor::network
