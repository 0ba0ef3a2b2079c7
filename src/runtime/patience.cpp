// SPDX-License-Identifier: Apache-2.0
#include "runtime/patience.hpp"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <system_error>
#include <thread>

namespace healer::runtime {

namespace {

constexpr auto kPatience = std::chrono::milliseconds(50);

/// The thread that works, and what it shares with the loop. Never destroyed, as the thread may be held up.
class Worker {
public:
    bool run(std::function<void()> work) {
        std::unique_lock lock(mutex_);
        if (busy_ || !isStarted()) {
            return false;
        }
        work_ = std::move(work);
        busy_ = true;
        changed_.notify_all();
        return changed_.wait_for(lock, kPatience, [this] { return !busy_; });
    }

private:
    bool isStarted() {
        if (started_) {
            return true;
        }
        // All signals are the loop's.
        sigset_t all;
        sigset_t before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        try {
            std::thread([this] { loop(); }).detach();
            started_ = true;
        } catch (const std::system_error&) { // no further thread is allowed
        }
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return started_;
    }

    [[noreturn]] void loop() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return busy_; });
            auto work = std::exchange(work_, nullptr);
            lock.unlock();
            work();
            work = nullptr;
            lock.lock();
            busy_ = false;
            changed_.notify_all();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::function<void()> work_;
    bool busy_ = false;
    bool started_ = false;
};

} // namespace

bool workPatiently(std::function<void()> work) {
    static Worker& worker = *std::make_unique<Worker>().release();
    return worker.run(std::move(work));
}

} // namespace healer::runtime
