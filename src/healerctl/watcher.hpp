// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/terminal.hpp"

#include <set>
#include <string>

namespace sdbus {
class IConnection;
} // namespace sdbus

namespace healer::healerctl {

/// Prints the events of these processes, or of all without names, until the connection ends (throws
/// CallFailure), the output is closed, or a name is unknown (returns the exit status). Healer may come and go
/// meanwhile.
[[nodiscard]] int watchEvents(sdbus::IConnection& connection, const std::set<std::string>& names,
                              const Terminal& terminal);

} // namespace healer::healerctl
