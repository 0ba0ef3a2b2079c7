// SPDX-License-Identifier: Apache-2.0
#include "runtime/service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <ctime>

namespace healer::runtime::service_manager {

namespace {

void send(const std::string& state) {
    (void)sd_notify(0, state.c_str());
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
