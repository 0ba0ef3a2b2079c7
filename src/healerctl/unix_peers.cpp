// SPDX-License-Identifier: Apache-2.0
#include "healerctl/socket_table.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace healer::healerctl {

namespace {

constexpr std::size_t kAnswerBytes = std::size_t{64} * 1024;
constexpr unsigned kNetlinkAlignment = 4;

std::size_t aligned(std::size_t size) {
    return (size + kNetlinkAlignment - 1) & ~std::size_t{kNetlinkAlignment - 1};
}

bool ask(int fd) {
    struct {
        nlmsghdr header{};
        unix_diag_req wanted{};
    } request;
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.wanted.sdiag_family = AF_UNIX;
    request.wanted.udiag_states = ~0U;
    request.wanted.udiag_show = UDIAG_SHOW_PEER;
    return send(fd, &request, sizeof request, 0) == static_cast<ssize_t>(sizeof request);
}

/// One socket: a fixed part, followed by attributes.
void readSocket(const char* data, std::size_t size, std::map<std::uint64_t, std::uint64_t>& peers) {
    unix_diag_msg socket{};
    if (size < sizeof socket) {
        return;
    }
    std::memcpy(&socket, data, sizeof socket);
    std::size_t at = aligned(sizeof socket);
    rtattr attribute{};
    while (at + sizeof attribute <= size) {
        std::memcpy(&attribute, data + at, sizeof attribute);
        if (attribute.rta_len < sizeof attribute || at + attribute.rta_len > size) {
            return;
        }
        std::uint32_t peer = 0;
        if (attribute.rta_type == UNIX_DIAG_PEER && attribute.rta_len == sizeof attribute + sizeof peer) {
            std::memcpy(&peer, data + at + sizeof attribute, sizeof peer);
            peers.emplace(socket.udiag_ino, peer);
        }
        at += aligned(attribute.rta_len);
    }
}

/// True when there is more to come.
bool readAnswer(const char* data, std::size_t size, std::map<std::uint64_t, std::uint64_t>& peers) {
    std::size_t at = 0;
    nlmsghdr header{};
    while (at + sizeof header <= size) {
        std::memcpy(&header, data + at, sizeof header);
        if (header.nlmsg_len < sizeof header || at + header.nlmsg_len > size ||
            header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
            return false;
        }
        readSocket(data + at + sizeof header, header.nlmsg_len - sizeof header, peers);
        at += aligned(header.nlmsg_len);
    }
    return true;
}

} // namespace

std::map<std::uint64_t, std::uint64_t> unixPeers() {
    std::map<std::uint64_t, std::uint64_t> peers;
    const int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0) {
        return peers;
    }
    std::array<char, kAnswerBytes> answer{};
    bool more = ask(fd);
    while (more) {
        const ssize_t size = recv(fd, answer.data(), answer.size(), 0);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        more = size > 0 && readAnswer(answer.data(), static_cast<std::size_t>(size), peers);
    }
    close(fd);
    return peers;
}

} // namespace healer::healerctl
