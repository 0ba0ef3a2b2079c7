// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "core/time.hpp"

#include <chrono>
#include <optional>

namespace healer::simulation {

/// Which programs end on their stop signal. SIGKILL ends all of them.
enum class StopSignalEnds { every, responsive, none };

/// How the pretended machine and its programs behave, and how long things take on it.
struct Habits {
    core::Duration start = std::chrono::milliseconds(100); ///< from the order until the program runs
    core::Duration ready{0};                               ///< from then until its probes pass
    core::Duration stop = std::chrono::milliseconds(100);  ///< from the stop signal to the end
    core::Duration look = std::chrono::milliseconds(10);   ///< until monitors have looked for an instance
    core::Duration interval = std::chrono::seconds(5);     ///< of a probe without interval_secs
    StopSignalEnds stopSignalEnds = StopSignalEnds::responsive;
    bool startsFail = false;                 ///< of all programs
    std::optional<core::Duration> diesAfter; ///< each new instance ends by itself after this time
    core::Exit diesHow = core::exitFromWaitStatus(9);
    std::optional<core::ProcessKey> doubtful = {}; ///< runs, and may be an instance where none is found
};

} // namespace healer::simulation
