// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/launcher.hpp"

namespace healer::launch::unit {

/// PID 1 starts and stops existing units by their own jobs. A launch forgets what systemd holds against the
/// unit (ResetFailedUnit), starts it, or restarts it where the predecessor is still active, and follows the
/// job to its end; a unit that another client has started meanwhile is answered with that instance. One that
/// an operator stopped is not started after a failure: event::StoppedOnPurpose takes the place of the
/// answer. A start that is cancelled while it is under way is stopped. Without a manager every launch fails.
[[nodiscard]] const Kind& kind();

} // namespace healer::launch::unit
