// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/probe/probe_state.hpp"

#include <functional>
#include <string>

namespace healer::monitor::probe {

/// One way to probe a service repeatedly. Each probe ends within its timeout.
class Probe {
public:
    using Done = std::function<void(Finding)>;

    Probe() = default;
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;
    virtual ~Probe() = default; ///< cancels

    /// Starts one probe; none may be in progress. `done` is called once, from the loop and never from within
    /// this call, unless the probe is cancelled before.
    virtual void begin(Done done) = 0;
    virtual void cancel() = 0;
    /// What is probed, for messages: the URL or the command.
    [[nodiscard]] virtual std::string text() const = 0;
};

} // namespace healer::monitor::probe
