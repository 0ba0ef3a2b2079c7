// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "monitor/probe/probe_state.hpp"

#include <functional>
#include <string>

namespace healer::monitor::probe {

/// One way of asking a service, again and again. It ends by itself within the time-out of its settings.
class Probe {
public:
    using Done = std::function<void(Finding)>;

    Probe() = default;
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;
    virtual ~Probe() = default; ///< cancels

    /// Asks once. `done` is called once from the loop, never from within, unless it is cancelled before. None
    /// is under way.
    virtual void begin(Done done) = 0;
    virtual void cancel() = 0;
    /// What is asked, for a person: the URL, or the command.
    [[nodiscard]] virtual std::string text() const = 0;
};

} // namespace healer::monitor::probe
