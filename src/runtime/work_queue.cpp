// SPDX-License-Identifier: Apache-2.0
#include "runtime/work_queue.hpp"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace healer::runtime {

namespace {

using Clock = std::chrono::steady_clock;

/// Enough for the calls of libsystemd and for paths; a sanitiser needs most of it.
constexpr std::size_t kStackBytes = 256UL * 1024;

} // namespace

struct WorkQueue::State {
    struct Item {
        std::function<void()> work;
        std::size_t bytes = 0;
    };

    explicit State(Settings wanted) : settings(std::move(wanted)) {}

    void run();
    [[nodiscard]] bool idle() const { return items.empty() && !workingSince; }
    [[nodiscard]] bool hasRoom(std::size_t more) const {
        const std::size_t count = items.size() + (workingSince ? 1 : 0);
        return full ? count <= settings.items / 2 && bytes <= settings.bytes / 2
                    : count < settings.items && more <= settings.bytes && bytes <= settings.bytes - more;
    }

    const Settings settings;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Item> items;
    std::size_t bytes = 0; ///< of all that is not done
    std::optional<Clock::time_point> workingSince;
    bool full = false;
    bool started = false;
    bool closed = false;
};

void WorkQueue::State::run() {
    std::unique_lock lock(mutex);
    while (true) {
        changed.wait(lock, [this] { return !items.empty() || closed; });
        if (items.empty()) {
            return;
        }
        Item item = std::move(items.front());
        items.pop_front();
        workingSince = Clock::now();
        lock.unlock();
        item.work();
        item.work = nullptr;
        lock.lock();
        bytes -= item.bytes;
        if (items.empty() && settings.drained) {
            lock.unlock();
            settings.drained();
            lock.lock();
        }
        workingSince.reset();
        changed.notify_all();
    }
}

WorkQueue::WorkQueue(Settings settings) : state_(std::make_shared<State>(std::move(settings))) {}

WorkQueue::~WorkQueue() {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    state_->changed.notify_all();
}

bool WorkQueue::push(std::function<void()> work, std::size_t bytes) {
    const std::lock_guard lock(state_->mutex);
    state_->full = !state_->hasRoom(bytes);
    if (state_->full || state_->closed || !startThread()) {
        return false;
    }
    state_->items.push_back({std::move(work), bytes});
    state_->bytes += bytes;
    state_->changed.notify_all();
    return true;
}

bool WorkQueue::startThread() {
    if (state_->started) {
        return true;
    }
    // All signals are the loop's.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    auto shared = std::make_unique<std::shared_ptr<State>>(state_);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread{};
    const int error = pthread_create(
        &thread, &attributes,
        [](void* data) -> void* {
            const auto state = std::move(
                *std::unique_ptr<std::shared_ptr<State>>(static_cast<std::shared_ptr<State>*>(data)));
            state->run();
            return nullptr;
        },
        shared.get());
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    state_->started = error == 0;
    if (state_->started) {
        (void)shared.release(); // NOLINT(bugprone-unused-return-value): it belongs to the thread
    }
    return state_->started;
}

bool WorkQueue::flush(core::Duration patience) {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, patience, [this] { return state_->idle(); });
}

bool WorkQueue::finish(core::Duration patience) {
    const bool done = flush(patience);
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    state_->items.clear();
    return done;
}

bool WorkQueue::idle() const {
    const std::lock_guard lock(state_->mutex);
    return state_->idle();
}

core::Duration WorkQueue::heldUp() const {
    const std::lock_guard lock(state_->mutex);
    return state_->workingSince
               ? std::chrono::duration_cast<core::Duration>(Clock::now() - *state_->workingSince)
               : core::Duration::zero();
}

} // namespace healer::runtime
