// SPDX-License-Identifier: Apache-2.0
#include "launch/signal_stop.hpp"

#include "runtime/pidfd.hpp"

#include <csignal>
#include <string>

namespace healer::launch {

core::Result<void> signalStop(int pidfd, const core::action::Stop& order) {
    if (order.force) {
        return runtime::sendSignal(pidfd, SIGKILL);
    }
    if (auto sent = runtime::sendSignal(pidfd, order.plan.signal); !sent) {
        return sent;
    }
    return runtime::sendSignal(pidfd, SIGCONT);
}

core::Result<void> signalStop(const core::action::Stop& order) {
    const auto process = core::processOf(order.instance);
    if (!process) {
        return {};
    }
    const auto pidfd = runtime::openPidfd(*process);
    if (!pidfd) {
        return pidfd.error().in("cannot stop process " + std::to_string(process->pid));
    }
    if (!*pidfd) {
        return {};
    }
    const auto sent = signalStop(pidfd->get(), order);
    return sent ? sent : sent.error().in("cannot stop process " + std::to_string(process->pid));
}

} // namespace healer::launch
