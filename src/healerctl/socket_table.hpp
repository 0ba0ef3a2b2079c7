// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The texts of /proc/PID/net/{tcp,tcp6,unix} as values. Lines that are not understood are left out.
namespace healer::healerctl {

struct TcpEnd {
    std::string address; ///< "127.0.0.1" or "::1"; IPv4 within IPv6 as IPv4
    std::uint16_t port = 0;

    auto operator<=>(const TcpEnd&) const = default;
};

enum class SocketState { listening, connected, other };

struct TcpSocket {
    TcpEnd local;
    TcpEnd remote;
    SocketState state = SocketState::other;
    std::uint64_t inode = 0;
};

struct UnixSocket {
    bool listening = false;
    std::string path; ///< "@name" for an abstract one; empty when it has no name
    std::uint64_t inode = 0;
};

/// Of tcp and of tcp6 alike.
[[nodiscard]] std::vector<TcpSocket> parseTcpTable(std::string_view text);
[[nodiscard]] std::vector<UnixSocket> parseUnixTable(std::string_view text);

/// Whether this is the address that stands for all of the machine: "0.0.0.0" or "::".
[[nodiscard]] bool isWildcard(const std::string& address);

/// "127.0.0.1:80", "[::1]:80".
[[nodiscard]] std::string toText(const TcpEnd& end);

/// Which unix sockets of this network namespace are connected: inode to inode of the other end, both ways.
/// Empty where the kernel cannot be asked (no unix_diag).
[[nodiscard]] std::map<std::uint64_t, std::uint64_t> unixPeers();

} // namespace healer::healerctl
