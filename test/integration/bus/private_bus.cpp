// SPDX-License-Identifier: Apache-2.0
#include "private_bus.hpp"
#include "support/files.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace healer::test {

namespace {

bool listens(const std::string& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    const bool ok = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    ::close(fd);
    return ok;
}

} // namespace

PrivateBus::PrivateBus() {
    std::ofstream(folder_ + "/bus.conf")
        << "<busconfig><type>session</type><listen>" << address() << "</listen><auth>EXTERNAL</auth>"
        << "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
        << "<allow eavesdrop=\"true\"/><allow own=\"*\"/><allow user=\"*\"/></policy></busconfig>\n";
}

PrivateBus::~PrivateBus() {
    stop();
}

void PrivateBus::start() {
    const std::string option = "--config-file=" + folder_ + "/bus.conf";
    std::filesystem::remove(socketPath());
    pid_ = ::fork();
    if (pid_ == 0) {
        ::execlp("dbus-daemon", "dbus-daemon", option.c_str(), "--nofork", "--nopidfile", "--nosyslog",
                 nullptr);
        ::_exit(127);
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!listens(socketPath())) {
        if (std::chrono::steady_clock::now() > end) {
            throw std::runtime_error("dbus-daemon does not start");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void PrivateBus::stop() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
        std::filesystem::remove(socketPath());
    }
}

void PrivateBus::freeze() const {
    ::kill(pid_, SIGSTOP);
}

void PrivateBus::thaw() const {
    ::kill(pid_, SIGCONT);
}

} // namespace healer::test
