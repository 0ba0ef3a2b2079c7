// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace healer::healerctl {

/// The exit statuses of the contract.
enum ExitStatus : int { kDone = 0, kFailed = 1, kWrongUsage = 2, kNotUp = 3, kNoSuchProcess = 4 };

} // namespace healer::healerctl
