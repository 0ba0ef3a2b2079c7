// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace healer::runtime {

/// Does what may hang, in order, on a thread of its own, so that the loop never waits for it: a write to a
/// frozen file system or to a socket that is full, or a read that a hostile user makes last. The thread is
/// made for the first work, has a small stack, blocks all signals, and sleeps while there is nothing to do.
///
/// All functions are for one thread, that of the owner.
class WorkQueue {
public:
    struct Settings {
        std::size_t items = SIZE_MAX;       ///< at most, the one under way included
        std::size_t bytes = SIZE_MAX;       ///< at most, as given to push()
        std::function<void()> drained = {}; ///< called on the thread whenever nothing is left to do
    };

    explicit WorkQueue(Settings settings);
    WorkQueue(const WorkQueue&) = delete;
    WorkQueue& operator=(const WorkQueue&) = delete;
    /// Waits for nothing. What is queued is still done, so it must own what it uses.
    ~WorkQueue();

    /// False, and the work is dropped, when the queue is full or no further thread is allowed. A queue that
    /// was full takes nothing until half of it is done. The work is also destroyed on the thread.
    [[nodiscard]] bool push(std::function<void()> work, std::size_t bytes = 0);
    /// Waits until all is done, at most this long; false: it is not.
    [[nodiscard]] bool flush(core::Duration patience);
    /// flush(), after which nothing further is begun: for the end of the program.
    bool finish(core::Duration patience);
    /// Nothing is queued or under way.
    [[nodiscard]] bool idle() const;
    /// How long the work under way has lasted; zero when there is none.
    [[nodiscard]] core::Duration heldUp() const;

private:
    struct State;

    [[nodiscard]] bool startThread();

    std::shared_ptr<State> state_; ///< shared with the thread, which may be held up when the queue is gone
};

} // namespace healer::runtime
