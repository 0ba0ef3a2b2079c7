// SPDX-License-Identifier: Apache-2.0
#include "systemd/access.hpp"

#include "runtime/unique_fd.hpp"
#include "systemd/bus_manager.hpp"
#include "systemd/connection.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace healer::systemd {

namespace {

/// 0, or the errno of a connection to this socket.
int knock(std::string_view path) {
    const runtime::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const bool connected =
        socket && ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    return connected ? 0 : errno;
}

/// While PID 1 executes itself again, its socket refuses, or is not there, for some tenths of a second. A
/// refusal that lasts is a PID 1 that is busy.
bool isThere(std::string_view path) {
    constexpr auto kPatience = std::chrono::seconds(2);
    constexpr auto kPause = std::chrono::milliseconds(20);
    static bool waited = false; // where there is none, that is waited for once
    int error = knock(path);
    for (auto left = std::exchange(waited, true) ? std::chrono::milliseconds(0) : kPatience;
         error == ENOENT && left > std::chrono::milliseconds(0); left -= kPause) {
        std::this_thread::sleep_for(kPause);
        error = knock(path);
    }
    return error != ENOENT && error != ENOTDIR;
}

} // namespace

core::Result<void> reachable() {
    if (sd_booted() <= 0) {
        return core::Error{"systemd is not PID 1 here"};
    }
    if (::geteuid() != 0) {
        return core::Error{"only root can have systemd start system services"};
    }
    if (!isThere(Connection::kPrivateSocket)) {
        return core::Error{"there is no " + std::string(Connection::kPrivateSocket) + " to reach systemd by"};
    }
    return {};
}

core::Result<std::unique_ptr<Manager>> openManager(runtime::Loop& loop, runtime::Log& log) {
    if (auto outcome = reachable(); !outcome) {
        return outcome.error();
    }
    return std::unique_ptr<Manager>(std::make_unique<BusManager>(loop, log));
}

} // namespace healer::systemd
