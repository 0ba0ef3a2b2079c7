// SPDX-License-Identifier: Apache-2.0
#include "healerctl/socket_table.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace healer::healerctl {

namespace {

constexpr std::size_t kWordDigits = 8;
constexpr std::size_t kIpv4Digits = 8;
constexpr std::size_t kIpv6Digits = 32;

template <typename Number>
std::optional<Number> number(std::string_view text, int base) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value)
                                                                                     : std::nullopt;
}

std::string_view takeLine(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

std::string_view takeWord(std::string_view& line) {
    const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

/// The kernel prints an address as words of 32 bits in its own byte order.
std::optional<std::string> address(std::string_view digits) {
    if (digits.size() != kIpv4Digits && digits.size() != kIpv6Digits) {
        return std::nullopt;
    }
    std::array<std::uint32_t, kIpv6Digits / kWordDigits> words{};
    for (std::size_t i = 0; i < digits.size() / kWordDigits; ++i) {
        const auto word = number<std::uint32_t>(digits.substr(i * kWordDigits, kWordDigits), 16);
        if (!word) {
            return std::nullopt;
        }
        words.at(i) = *word;
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool mapped = digits.size() == kIpv6Digits && words[0] == 0 && words[1] == 0 &&
                        words[2] == htonl(0xffff); // ::ffff:a.b.c.d
    if (mapped) {
        inet_ntop(AF_INET, &words[3], text.data(), text.size());
    } else {
        inet_ntop(digits.size() == kIpv4Digits ? AF_INET : AF_INET6, words.data(), text.data(), text.size());
    }
    return text.data();
}

std::optional<TcpEnd> tcpEnd(std::string_view word) {
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    auto host = address(word.substr(0, colon));
    const auto port = number<std::uint16_t>(word.substr(colon + 1), 16);
    return host && port ? std::optional(TcpEnd{std::move(*host), *port}) : std::nullopt;
}

SocketState tcpState(std::string_view word) {
    return word == "0A" ? SocketState::listening : word == "01" ? SocketState::connected : SocketState::other;
}

} // namespace

std::vector<TcpSocket> parseTcpTable(std::string_view text) {
    std::vector<TcpSocket> sockets;
    while (!text.empty()) {
        std::string_view line = takeLine(text);
        takeWord(line); // number
        const auto local = tcpEnd(takeWord(line));
        const auto remote = tcpEnd(takeWord(line));
        const SocketState state = tcpState(takeWord(line));
        for (int skipped = 0; skipped < 5; ++skipped) { // queues, timer, retransmits, UID, time-out
            takeWord(line);
        }
        const auto inode = number<std::uint64_t>(takeWord(line), 10);
        if (local && remote && inode) {
            sockets.push_back({*local, *remote, state, *inode});
        }
    }
    return sockets;
}

std::vector<UnixSocket> parseUnixTable(std::string_view text) {
    constexpr unsigned kAcceptsConnections = 0x10000;
    std::vector<UnixSocket> sockets;
    while (!text.empty()) {
        std::string_view line = takeLine(text);
        takeWord(line); // number
        takeWord(line); // references
        takeWord(line); // protocol
        const auto flags = number<unsigned>(takeWord(line), 16);
        takeWord(line); // type
        takeWord(line); // state
        const auto inode = number<std::uint64_t>(takeWord(line), 10);
        if (!flags || !inode) {
            continue;
        }
        const std::size_t path = line.find_first_not_of(' ');
        sockets.push_back({(*flags & kAcceptsConnections) != 0,
                           path == std::string_view::npos ? std::string() : std::string(line.substr(path)),
                           *inode});
    }
    return sockets;
}

bool isWildcard(const std::string& address) {
    return address == "0.0.0.0" || address == "::";
}

std::string toText(const TcpEnd& end) {
    const bool bare = end.address.find(':') == std::string::npos;
    return (bare ? end.address : "[" + end.address + "]") + ":" + std::to_string(end.port);
}

} // namespace healer::healerctl
