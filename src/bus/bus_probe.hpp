// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/bus_mode.hpp"
#include "core/result.hpp"
#include "runtime/loop.hpp"

#include <functional>
#include <memory>

namespace healer::bus {

/// Finds out, without waiting, whether a bus greets and answers at all: a socket may be there long before (or
/// after) its daemon works, and opening a Connection to it would stop the loop.
class BusProbe {
public:
    /// `callback` is called once, from the loop: the bus has answered, or why not. It may destroy the probe.
    BusProbe(runtime::Loop& loop, const BusMode& mode, core::Duration timeout,
             std::function<void(core::Result<void>)> callback);
    BusProbe(const BusProbe&) = delete;
    BusProbe& operator=(const BusProbe&) = delete;
    ~BusProbe();

private:
    struct Bus;
    void finish(const core::Result<void>& outcome) noexcept;

    runtime::Loop& loop_;
    std::function<void(core::Result<void>)> callback_;
    std::unique_ptr<Bus> bus_;
    runtime::Source timeout_;
    runtime::Source finished_;
};

} // namespace healer::bus
