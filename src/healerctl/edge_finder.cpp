// SPDX-License-Identifier: Apache-2.0
#include "healerctl/edge_finder.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace healer::healerctl {

namespace {

/// The search within one network namespace.
class NetworkSearch {
public:
    NetworkSearch(const std::vector<SocketHolder>& holders, std::uint64_t network,
                  const NetworkTables& tables)
        : tables_(tables) {
        for (const SocketHolder& holder : holders) {
            if (holder.network != network) {
                continue;
            }
            for (const std::uint64_t inode : holder.inodes) {
                holders_[inode].push_back(&holder);
            }
        }
        for (const TcpSocket& socket : tables.tcp) {
            if (socket.state == SocketState::connected) {
                connections_.emplace(socket.local, socket.remote);
            } else if (socket.state == SocketState::listening && holders_.contains(socket.inode)) {
                listening_.push_back(&socket);
            }
        }
        for (const UnixSocket& socket : tables.local) {
            if (!socket.path.empty()) {
                paths_.emplace(socket.inode, socket.path);
            }
            if (socket.listening && holders_.contains(socket.inode)) {
                services_[socket.path].push_back(socket.inode);
            }
        }
    }

    void into(std::vector<SeenEdge>& edges) const {
        for (const TcpSocket& socket : tables_.tcp) {
            if (socket.state == SocketState::connected && holders_.contains(socket.inode)) {
                tcp(socket, edges);
            }
        }
        for (const auto& [inode, peer] : tables_.peers) {
            const auto path = paths_.find(peer);
            const auto service = path == paths_.end() ? services_.end() : services_.find(path->second);
            if (service != services_.end()) {
                for (const std::uint64_t listener : service->second) {
                    add(inode, listener, path->second, edges);
                }
            }
        }
    }

private:
    void tcp(const TcpSocket& socket, std::vector<SeenEdge>& edges) const {
        // The other end is on this machine only if it is in the same table.
        if (!connections_.contains({socket.remote, socket.local})) {
            return;
        }
        // An end on a port at which its holder listens is the serving one.
        if (listener(socket.local) != nullptr) {
            return;
        }
        if (const TcpSocket* service = listener(socket.remote)) {
            add(socket.inode, service->inode, toText(socket.remote), edges);
        }
    }

    [[nodiscard]] const TcpSocket* listener(const TcpEnd& end) const {
        const auto at = [&](const auto& fits) {
            const auto found = std::find_if(listening_.begin(), listening_.end(), [&](const TcpSocket* s) {
                return s->local.port == end.port && fits(s->local.address);
            });
            return found == listening_.end() ? nullptr : *found;
        };
        const TcpSocket* exact = at([&](const std::string& address) { return address == end.address; });
        return exact != nullptr ? exact : at(isWildcard);
    }

    void add(std::uint64_t client, std::uint64_t service, const std::string& where,
             std::vector<SeenEdge>& edges) const {
        const auto sources = holders_.find(client);
        const auto targets = holders_.find(service);
        if (sources == holders_.end() || targets == holders_.end()) {
            return;
        }
        for (const SocketHolder* source : sources->second) {
            for (const SocketHolder* target : targets->second) {
                if (source->name != target->name) {
                    edges.push_back({source->name, target->name,
                                     source->name + " (PID " + std::to_string(source->pid) +
                                         ") is connected to " + where + ", where " + target->name +
                                         " listens"});
                }
            }
        }
    }

    const NetworkTables& tables_;
    std::map<std::uint64_t, std::vector<const SocketHolder*>> holders_; ///< by inode
    std::set<std::pair<TcpEnd, TcpEnd>> connections_;
    std::vector<const TcpSocket*> listening_;
    std::map<std::uint64_t, std::string> paths_;
    std::map<std::string, std::vector<std::uint64_t>> services_; ///< listening inodes by path
};

} // namespace

std::vector<SeenEdge> findEdges(const std::vector<SocketHolder>& holders,
                                const std::map<std::uint64_t, NetworkTables>& networks) {
    std::vector<SeenEdge> edges;
    for (const auto& [network, tables] : networks) {
        NetworkSearch(holders, network, tables).into(edges);
    }
    std::sort(edges.begin(), edges.end(), [](const SeenEdge& left, const SeenEdge& right) {
        return std::tie(left.source, left.target, left.reason) <
               std::tie(right.source, right.target, right.reason);
    });
    const auto samePair = [](const SeenEdge& left, const SeenEdge& right) {
        return left.source == right.source && left.target == right.target;
    };
    edges.erase(std::unique(edges.begin(), edges.end(), samePair), edges.end());
    return edges;
}

} // namespace healer::healerctl
