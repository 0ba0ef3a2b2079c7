// SPDX-License-Identifier: Apache-2.0
#include "runtime/service_manager.hpp"

#include "runtime/unique_fd.hpp"
#include "runtime/work_queue.hpp"

#include <systemd/sd-daemon.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>

namespace healer::runtime::service_manager {

namespace {

/// False: the socket is full, as the service manager does not read it. libsystemd would wait for that.
bool sendNow(const std::string& state) {
    const char* place = std::getenv("NOTIFY_SOCKET");
    const std::string_view path(place != nullptr ? place : "");
    sockaddr_un address{};
    if ((!path.starts_with('/') && !path.starts_with('@')) || path.size() >= sizeof address.sun_path) {
        return true;
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path.front() == '@') {
        address.sun_path[0] = '\0'; // in the abstract namespace
    }
    const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    return !fd ||
           ::sendto(fd.get(), state.data(), state.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                    reinterpret_cast<const sockaddr*>(&address), length) >= 0 ||
           errno != EAGAIN;
}

void send(const std::string& state) {
    // Never destroyed, as the thread may be held up.
    static WorkQueue& waiting = *std::make_unique<WorkQueue>(WorkQueue::Settings{.items = 64}).release();
    if (!waiting.idle() || !sendNow(state)) {
        (void)waiting.push([state] { (void)sd_notify(0, state.c_str()); });
    }
}

} // namespace

void ready(const std::string& status) {
    send("READY=1\nSTATUS=" + status);
}

void status(const std::string& status) {
    send("STATUS=" + status);
}

void reloading() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto usec = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
    send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(usec));
}

void stopping() {
    send("STOPPING=1\nSTATUS=Stopping; managed processes keep running");
}

} // namespace healer::runtime::service_manager
