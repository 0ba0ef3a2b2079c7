// SPDX-License-Identifier: Apache-2.0
#include "runtime/queued_sink.hpp"

#include "runtime/work_queue.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace healer::runtime {

namespace {

constexpr std::size_t kMostEntries = 8192;
constexpr std::size_t kMostBytes = 4UL * 1024 * 1024;
/// A write that takes so long hangs: a busy disk is quicker.
constexpr core::Duration kHangs = std::chrono::seconds(3);

using Open = std::function<core::Result<std::unique_ptr<LogSink>>()>;

/// About what it takes in memory.
std::size_t sizeOf(const LogEntry& entry) {
    std::size_t size = sizeof entry + entry.message.size();
    for (const auto& [name, value] : entry.fields) {
        size += sizeof(std::pair<std::string_view, std::string>) + name.size() + value.size();
    }
    return size;
}

/// What the thread works on.
struct Destination {
    std::unique_ptr<LogSink> sink;
    std::atomic<std::uint64_t> lost = 0;
    std::mutex mutex;
    std::optional<core::Error> failure; ///< to open it; under the mutex

    void open(const Open& make) {
        auto made = make();
        if (made.ok()) {
            sink = std::move(*made);
            return;
        }
        const std::lock_guard lock(mutex);
        failure = made.error();
    }

    std::optional<core::Error> takeFailure() {
        const std::lock_guard lock(mutex);
        return std::exchange(failure, std::nullopt);
    }

    void write(const LogEntry& entry) {
        if (sink) {
            sink->write(entry);
        }
    }

    void reportLoss() {
        if (const auto count = sink ? lost.exchange(0) : 0; count > 0) {
            write({core::LogLevel::warn,
                   std::to_string(count) + (count == 1 ? " log entry was" : " log entries were") +
                       " lost here: writing was held up for so long that they did not fit into memory"});
        }
    }
};

class QueuedSink final : public LogSink {
public:
    QueuedSink(std::string name, std::unique_ptr<LogSink> sink)
        : name_(std::move(name)), destination_(std::make_shared<Destination>()),
          queue_({.items = kMostEntries, .bytes = kMostBytes, .drained = [to = destination_] {
                      to->reportLoss();
                  }}) {
        destination_->sink = std::move(sink);
    }

    /// The error of opening it; none where that has succeeded or has not finished by then.
    std::optional<core::Error> open(Open make, core::Duration patience) {
        if (!queue_.push([to = destination_, make = std::move(make)] { to->open(make); })) {
            return core::Error{"cannot log to " + name_ + ": no further thread is allowed"};
        }
        opening_ = !queue_.flush(patience);
        return destination_->takeFailure();
    }

    void write(const LogEntry& entry) override {
        LogEntry kept = entry;
        kept.at = std::chrono::system_clock::now();
        if (destination_->lost > 0) {
            (void)queue_.push([to = destination_] { to->reportLoss(); });
        }
        const std::size_t size = sizeOf(kept);
        if (!queue_.push([to = destination_, kept = std::move(kept)] { to->write(kept); }, size)) {
            ++destination_->lost;
        }
    }

    void reopen() override {
        (void)queue_.push([to = destination_] {
            if (to->sink) {
                to->sink->reopen();
            }
        });
    }

    void finish(core::Duration patience) override { (void)queue_.finish(patience); }

    std::string takeComplaint() override {
        if (const auto failure = destination_->takeFailure()) {
            return failure->message;
        }
        hung_ = hung_ && !queue_.idle();
        const bool hangs = std::exchange(opening_, false) || queue_.heldUp() > kHangs;
        if (hangs && !std::exchange(hung_, true)) {
            return "writing to " + name_ +
                   " is held up; entries wait in memory, and those that do not fit are lost and counted";
        }
        return {};
    }

private:
    std::string name_;
    std::shared_ptr<Destination> destination_;
    WorkQueue queue_;
    bool opening_ = false; ///< it has not been opened so far
    bool hung_ = false;    ///< that was reported
};

} // namespace

std::unique_ptr<LogSink> makeQueuedSink(std::string name, std::unique_ptr<LogSink> sink) {
    return std::make_unique<QueuedSink>(std::move(name), std::move(sink));
}

core::Result<std::unique_ptr<LogSink>> makeQueuedSink(std::string name, Open open, core::Duration patience) {
    auto sink = std::make_unique<QueuedSink>(std::move(name), nullptr);
    if (auto failure = sink->open(std::move(open), patience)) {
        return *failure;
    }
    return std::unique_ptr<LogSink>(std::move(sink));
}

} // namespace healer::runtime
