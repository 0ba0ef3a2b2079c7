// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/service/transient_settings.hpp"

#include <cstdint>
#include <string>

namespace healer::launch::service {

/// What PID 1 tells about a unit whose start job did not succeed.
struct StartFailure {
    std::string jobResult;     ///< "failed", "timeout", "canceled", "dependency", ...
    std::string unitResult;    ///< the service property Result: "exit-code", "resources", ...
    std::int64_t exitCode = 0; ///< ExecMainCode: CLD_EXITED, CLD_KILLED, ...
    std::int64_t status = 0;   ///< ExecMainStatus: exit status or signal
};

/// A sentence for a person: what was not started, and what was in the way.
[[nodiscard]] std::string describe(const StartFailure& failure, const systemd::TransientUnit& settings);

} // namespace healer::launch::service
