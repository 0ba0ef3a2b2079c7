// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/socket_table.hpp"

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace healer::healerctl {

/// One watched process and the sockets that it and its children hold.
struct SocketHolder {
    std::string name;
    pid_t pid = 0;
    std::uint64_t network = 0; ///< its network namespace
    std::set<std::uint64_t> inodes;
};

/// All sockets of one network namespace.
struct NetworkTables {
    std::vector<TcpSocket> tcp;
    std::vector<UnixSocket> local;
    std::map<std::uint64_t, std::uint64_t> peers; ///< unix sockets: inode to inode of the other end
};

/// `source` uses what `target` offers.
struct SeenEdge {
    std::string source;
    std::string target;
    std::string reason; ///< "web (PID 12) is connected to 127.0.0.1:5432, where db listens"

    bool operator==(const SeenEdge&) const = default;
};

/// Who is connected to whose listening socket; each pair once, sorted. Connections to oneself do not count.
[[nodiscard]] std::vector<SeenEdge> findEdges(const std::vector<SocketHolder>& holders,
                                              const std::map<std::uint64_t, NetworkTables>& networks);

} // namespace healer::healerctl
