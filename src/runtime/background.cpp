// SPDX-License-Identifier: Apache-2.0
#include "runtime/background.hpp"

#include <csignal>
#include <deque>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace healer::runtime {

namespace {

class Worker {
public:
    bool add(std::function<void()> work) {
        const std::lock_guard lock(mutex_);
        work_.push_back(std::move(work));
        if (!running_ && !start()) {
            work_.pop_back();
            return false;
        }
        running_ = true;
        return true;
    }

private:
    bool start() {
        // All signals are the loop's.
        sigset_t all;
        sigset_t before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        bool started = true;
        try {
            std::thread([this] { run(); }).detach();
        } catch (const std::system_error&) { // no further thread is allowed
            started = false;
        }
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return started;
    }

    void run() {
        std::unique_lock lock(mutex_);
        while (!work_.empty()) {
            {
                const auto work = std::move(work_.front());
                work_.pop_front();
                lock.unlock();
                work();
            }
            lock.lock();
        }
        running_ = false;
    }

    std::mutex mutex_;
    std::deque<std::function<void()>> work_;
    bool running_ = false;
};

} // namespace

bool workInBackground(std::function<void()> work) {
    // Never destroyed, as the thread may still be at work when the program ends.
    static Worker& worker = *std::make_unique<Worker>().release();
    return worker.add(std::move(work));
}

} // namespace healer::runtime
