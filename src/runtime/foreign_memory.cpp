// SPDX-License-Identifier: Apache-2.0
#include "runtime/foreign_memory.hpp"

#include "runtime/unique_fd.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace healer::runtime {

namespace {

constexpr auto kPatience = std::chrono::milliseconds(50);

struct Request {
    UniqueFd folder;
    std::uint64_t address = 0;
    std::size_t limit = 0;
};

std::optional<std::string> readNow(const Request& request) {
    const UniqueFd memory(openat(request.folder.get(), "mem", O_RDONLY | O_CLOEXEC));
    if (!memory) {
        return std::nullopt;
    }
    std::string text(request.limit, '\0');
    const ssize_t length = pread(memory.get(), text.data(), text.size(), static_cast<off_t>(request.address));
    if (length <= 0) {
        return std::nullopt;
    }
    const auto end = text.find('\0');
    if (end >= static_cast<std::size_t>(length)) {
        return std::nullopt; // longer than any path
    }
    text.resize(end);
    return text;
}

/// The thread that reads, and what it shares with the loop. Never destroyed, as the thread may be held up.
class Reader {
public:
    std::optional<std::string> read(Request request) {
        std::unique_lock lock(mutex_);
        if (busy_ || !isStarted()) {
            return std::nullopt;
        }
        request_ = std::move(request);
        answer_.reset();
        busy_ = true;
        changed_.notify_all();
        if (!changed_.wait_for(lock, kPatience, [this] { return !busy_; })) {
            return std::nullopt;
        }
        return std::exchange(answer_, std::nullopt);
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
            std::thread([this] { work(); }).detach();
            started_ = true;
        } catch (const std::system_error&) { // no further thread is allowed
        }
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return started_;
    }

    [[noreturn]] void work() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return busy_; });
            const Request request = std::move(request_);
            lock.unlock();
            auto answer = readNow(request);
            lock.lock();
            answer_ = std::move(answer);
            busy_ = false;
            changed_.notify_all();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    Request request_;
    std::optional<std::string> answer_;
    bool busy_ = false; ///< the thread has something to read
    bool started_ = false;
};

} // namespace

std::optional<std::string> readForeignString(int procFolder, std::uint64_t address, std::size_t limit) {
    static Reader& reader = *std::make_unique<Reader>().release();
    return reader.read({UniqueFd(fcntl(procFolder, F_DUPFD_CLOEXEC, 3)), address, limit});
}

} // namespace healer::runtime
