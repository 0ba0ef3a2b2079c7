// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/terminal.hpp"

namespace sdbus {
class IConnection;
} // namespace sdbus

namespace healer::healerctl {

/// Prints events until the connection ends (throws CallFailure) or the output is closed (returns the exit
/// status). Healer may come and go meanwhile.
[[nodiscard]] int watchEvents(sdbus::IConnection& connection, const Terminal& terminal);

} // namespace healer::healerctl
