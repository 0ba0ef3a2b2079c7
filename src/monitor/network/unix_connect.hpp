// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/probe/probe.hpp"
#include "runtime/loop.hpp"

#include <functional>
#include <string>

namespace healer::monitor::network {

/// Connects to a socket in the file system, of any type. A server whose queue is full is tried again and
/// again. The destructor cancels.
class UnixConnect {
public:
    /// `done` is called once, from the loop; it may destroy this object.
    UnixConnect(runtime::Loop& loop, std::string path, std::function<void(probe::Finding)> done);

    /// What has kept it so far.
    [[nodiscard]] std::string delay() const { return queueFull_ ? "its queue of connections is full" : ""; }

private:
    void attempt();

    runtime::Loop& loop_;
    std::string path_;
    bool queueFull_ = false;
    std::function<void(probe::Finding)> done_;
    runtime::Source next_;
};

} // namespace healer::monitor::network
