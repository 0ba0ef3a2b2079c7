// SPDX-License-Identifier: Apache-2.0
#include "runtime/spawn/own_children.hpp"

#include <sys/wait.h>

#include <set>

namespace healer::runtime {

namespace {

std::set<pid_t>& ownChildren() {
    static std::set<pid_t> pids;
    return pids;
}

} // namespace

void noteOwnChild(pid_t pid) {
    ownChildren().insert(pid);
}

bool isOwnChild(pid_t pid) {
    return ownChildren().contains(pid);
}

void reapOwnChild(int pidfd) {
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0) {
        ownChildren().erase(info.si_pid);
    }
}

void disownChild(int pidfd, pid_t pid) {
    siginfo_t info{};
    // Once it has been reaped the number may be that of a later one.
    if (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
        ownChildren().erase(pid);
    }
}

} // namespace healer::runtime
