// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/probe/probe_state.hpp"

#include <functional>
#include <string>

namespace healer::monitor::probe {

/// One way to probe a service repeatedly. Its time limit is kept by the caller.
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
    /// The time of the probe in progress is up: ends it. Returns what it has said so far, for the message.
    [[nodiscard]] virtual std::string expire() = 0;
    /// What is probed, for messages: the URL (see core::shownUrl()) or the command.
    [[nodiscard]] virtual std::string text() const = 0;
};

} // namespace healer::monitor::probe
