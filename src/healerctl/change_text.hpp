// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/daemon.hpp"
#include "healerctl/status.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace healer::healerctl {

/// A request that the daemon has carried out, and how the process was and is.
struct Change {
    Verb verb = Verb::start;
    ProcessStatus before;
    std::optional<std::uint32_t> pid;   ///< in the answer
    std::optional<ProcessStatus> after; ///< none where it could not be asked any longer
};

/// "started, PID 42": what came of it, with what an operator may not expect: that it ran already, is still
/// paused, or stays down. Printable.
[[nodiscard]] std::string changeText(const Change& change);

} // namespace healer::healerctl
