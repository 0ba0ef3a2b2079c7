// SPDX-License-Identifier: Apache-2.0
#include "healerctl/password_agent.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

namespace healer::healerctl {

namespace {

constexpr int kRegistrationMs = 10'000;

/// Becomes the agent, which closes the descriptor when it is registered. Without --fallback: polkit takes
/// such an agent only where there is a session of logind, which su, containers and small systems do not make.
[[noreturn]] void becomeAgent(int notifyFd, const char* number) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::fcntl(notifyFd, F_SETFD, 0);
    ::execlp("pkttyagent", "pkttyagent", "--notify-fd", number, nullptr);
    ::_exit(127);
}

} // namespace

PasswordAgent::PasswordAgent() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return;
    }
    const std::string number = std::to_string(ends[1]);
    pid_ = ::fork();
    if (pid_ == 0) {
        becomeAgent(ends[1], number.c_str());
    }
    ::close(ends[1]);
    if (pid_ > 0) {
        pollfd closed{ends[0], 0, 0};
        ::poll(&closed, 1, kRegistrationMs);
    }
    ::close(ends[0]);
}

PasswordAgent::~PasswordAgent() {
    if (pid_ > 0) {
        // Our own child, and not reaped yet: the number is still its own.
        ::kill(pid_, SIGTERM);
        ::kill(pid_, SIGCONT);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
}

} // namespace healer::healerctl
