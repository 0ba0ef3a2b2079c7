// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"

#include <string>

namespace healer::systemd {

/// What PID 1 has written to the journal about a unit.
enum class LastJob {
    unknown, ///< nothing since then, or the journal cannot be read
    start,   ///< it was started, or restarted
    stop,    ///< it was stopped by a job, and not started since
    success, ///< it ended well by itself, and was not started since
};

/// The last job of this unit that ended well since then. For what was missed and is unloaded by now. Blocks;
/// a journal of another program does not count.
[[nodiscard]] LastJob lastJobOf(const std::string& unit, core::WallTime since);

} // namespace healer::systemd
