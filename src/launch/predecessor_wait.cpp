// SPDX-License-Identifier: Apache-2.0
#include "launch/predecessor_wait.hpp"

#include "runtime/pidfd.hpp"

#include <sys/epoll.h>

#include <utility>

namespace healer::launch {

PredecessorWait::PredecessorWait(runtime::Loop& loop, std::optional<core::Instance> predecessor,
                                 Callback callback)
    : callback_(std::move(callback)) {
    if (const auto process = core::processOf(predecessor)) {
        auto opened = runtime::openPidfd(*process);
        if (!opened) {
            source_ = loop.addDeferred([this, error = opened.error()] { answer(error); });
            return;
        }
        pidfd_ = std::move(*opened);
    }
    if (pidfd_ && !runtime::hasExited(pidfd_.get())) {
        source_ = loop.addIo(pidfd_.get(), EPOLLIN, [this](std::uint32_t) { answer({}); });
    } else {
        source_ = loop.addDeferred([this] { answer({}); });
    }
}

void PredecessorWait::answer(const core::Result<void>& outcome) {
    source_.reset();
    // Moved out first: the callback may destroy this object.
    const auto callback = std::move(callback_);
    callback(outcome);
}

} // namespace healer::launch
