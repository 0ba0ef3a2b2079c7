// SPDX-License-Identifier: Apache-2.0
#include "monitor/network/unix_connect.hpp"

#include "core/time.hpp"
#include "runtime/unique_fd.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace healer::monitor::network {

namespace {

using probe::Finding;
using probe::Verdict;

constexpr core::Duration kRetry = std::chrono::milliseconds(20);

struct Attempt {
    int error = 0;    ///< errno; 0: connected
    bool own = false; ///< no socket could be created
};

Attempt connectOnce(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy_n(path.data(), std::min(path.size(), sizeof address.sun_path - 1), address.sun_path);
    Attempt attempt;
    for (const int type : {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM}) {
        const runtime::UniqueFd fd(::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!fd) {
            return {.error = errno, .own = true};
        }
        const int result = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
        attempt.error = result == 0 ? 0 : errno;
        if (attempt.error != EPROTOTYPE) {
            break;
        }
    }
    return attempt;
}

} // namespace

UnixConnect::UnixConnect(runtime::Loop& loop, std::string path, std::function<void(Finding)> done)
    : loop_(loop), path_(std::move(path)), done_(std::move(done)),
      next_(loop.addDeferred([this] { attempt(); })) {}

void UnixConnect::attempt() {
    const auto [error, own] = connectOnce(path_);
    if (!own && error == EAGAIN) {
        queueFull_ = true;
        next_ = loop_.addTimer(loop_.now() + kRetry, [this] { attempt(); });
        return;
    }
    Finding finding;
    if (own) {
        finding = {Verdict::unknown, "cannot make a socket: " + std::system_category().message(error)};
    } else if (error != 0) {
        finding = {Verdict::failed, "cannot connect: " + std::system_category().message(error)};
    } else {
        finding = {Verdict::passed, {}};
    }
    next_.reset();
    const auto done = std::move(done_);
    done(std::move(finding));
}

} // namespace healer::monitor::network
