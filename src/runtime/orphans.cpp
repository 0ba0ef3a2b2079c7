// SPDX-License-Identifier: Apache-2.0
#include "runtime/orphans.hpp"

#include "runtime/spawn/own_children.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

namespace healer::runtime {

namespace {

constexpr core::Duration kPause = std::chrono::milliseconds(100);
/// At a time, so that a storm of ends does not hold up the loop.
constexpr int kMost = 200;

} // namespace

bool getsOrphans() {
    int subreaper = 0;
    return getpid() == 1 || (prctl(PR_GET_CHILD_SUBREAPER, &subreaper) == 0 && subreaper != 0);
}

OrphanReaper::OrphanReaper(Loop& loop)
    : loop_(loop), ended_(loop.addSignal(SIGCHLD, [this] { schedule(); })) {
    schedule();
}

void OrphanReaper::schedule() {
    if (!soon_) {
        soon_ = loop_.addTimer(loop_.now() + kPause, [this] { reap(); });
    }
}

void OrphanReaper::reap() {
    soon_.reset();
    for (int count = 0; count < kMost; ++count) {
        siginfo_t info{};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) {
            return;
        }
        // The kernel shows one at a time: behind Healer's own, which is about to be reaped, there may be
        // others.
        if (isOwnChild(info.si_pid)) {
            break;
        }
        ::waitid(P_PID, static_cast<id_t>(info.si_pid), &info, WEXITED | WNOHANG);
    }
    schedule();
}

} // namespace healer::runtime
