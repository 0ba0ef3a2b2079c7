// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/edge_finder.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace healer::healerctl {

/// The sockets of processes of this machine, as /proc and the kernel's socket diagnosis show them.
struct SocketScan {
    std::vector<SocketHolder> holders;
    std::map<std::uint64_t, NetworkTables> networks;
    std::vector<std::string> failures; ///< sentences: whose sockets could not be seen, and why
};

/// Of these processes (name and PID) and all their descendants, a descendant that is listed itself and its
/// own excepted. Connections over unix sockets are seen in the network namespace of this program.
[[nodiscard]] SocketScan scanSockets(const std::vector<std::pair<std::string, pid_t>>& processes);

} // namespace healer::healerctl
