// SPDX-License-Identifier: Apache-2.0
#include "runtime/log_sinks.hpp"
#include "runtime/queued_sink.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace healer::runtime {
namespace {

using namespace std::chrono_literals;

/// A destination that can be frozen.
struct Place {
    std::mutex mutex;
    std::condition_variable changed;
    bool frozen = false;
    std::vector<LogEntry> entries;

    void freeze(bool now) {
        const std::lock_guard lock(mutex);
        frozen = now;
        changed.notify_all();
    }
    std::vector<std::string> messages() {
        const std::lock_guard lock(mutex);
        std::vector<std::string> texts;
        for (const auto& entry : entries) {
            texts.push_back(entry.message);
        }
        return texts;
    }
};

class PlaceSink final : public LogSink {
public:
    explicit PlaceSink(std::shared_ptr<Place> place) : place_(std::move(place)) {}
    void write(const LogEntry& entry) override {
        std::unique_lock lock(place_->mutex);
        place_->changed.wait(lock, [this] { return !place_->frozen; });
        place_->entries.push_back(entry);
    }

private:
    std::shared_ptr<Place> place_;
};

class QueuedSinkTest : public testing::Test {
protected:
    ~QueuedSinkTest() override { place->freeze(false); }

    std::shared_ptr<Place> place = std::make_shared<Place>();
    LogHub log{core::LogLevel::info};
};

TEST_F(QueuedSinkTest, WritesAllAndHasDoneSoAtTheEnd) {
    {
        LogHub hub(core::LogLevel::info);
        hub.setMain(makeQueuedSink("here", std::make_unique<PlaceSink>(place)));
        hub.info("one");
        hub.debug("not wanted");
        hub.warn("two");
    }
    EXPECT_EQ(place->messages(), (std::vector<std::string>{"one", "two"}));
    EXPECT_LT(std::chrono::system_clock::now() - place->entries.front().at, 1min) << "when it happened";
}

TEST_F(QueuedSinkTest, AFrozenPlaceHoldsUpNothingAndOneLineReportsTheLoss) {
    constexpr int kEntries = 20'000;
    place->freeze(true);
    auto sink = makeQueuedSink("here", std::make_unique<PlaceSink>(place));
    auto longest = 0ns;
    for (int i = 0; i < kEntries; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        sink->write({core::LogLevel::info, "entry " + std::to_string(i)});
        longest = std::max<std::chrono::nanoseconds>(longest, std::chrono::steady_clock::now() - begin);
    }
    EXPECT_LT(longest, 500ms) << "a busy machine may take its time, but not this";
    place->freeze(false);
    sink->finish(10s);
    const auto messages = place->messages();
    const auto lost = std::ranges::count_if(
        messages, [](const auto& text) { return text.find("log entries were lost") != std::string::npos; });
    EXPECT_EQ(lost, 1);
    ASSERT_GT(messages.size(), 1000U);
    const int kept = static_cast<int>(messages.size()) - 1;
    EXPECT_EQ(messages.back().find(std::to_string(kEntries - kept) + " log entries were lost"), 0U)
        << messages.back();
    EXPECT_EQ(messages[static_cast<std::size_t>(kept) - 1], "entry " + std::to_string(kept - 1))
        << "the first ones are kept, in order";
}

TEST_F(QueuedSinkTest, TheEndIsNotWaitedForForEver) {
    place->freeze(true);
    const auto begin = std::chrono::steady_clock::now();
    {
        LogHub hub(core::LogLevel::info);
        hub.setMain(makeQueuedSink("here", std::make_unique<PlaceSink>(place)));
        hub.info("one");
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(QueuedSinkTest, AnErrorOfOpeningItIsTheResult) {
    const auto made = makeQueuedSink(
        "here", []() -> core::Result<std::unique_ptr<LogSink>> { return core::Error{"no such place"}; }, 5s);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().message, "no such place");
}

TEST_F(QueuedSinkTest, WhatHangsWhenItIsOpenedIsWrittenToLaterAndTheOtherPlaceSaysSo) {
    const auto gate = std::make_shared<Place>();
    gate->frozen = true;
    auto made = makeQueuedSink(
        "healer.log",
        [gate, to = place]() -> core::Result<std::unique_ptr<LogSink>> {
            PlaceSink(gate).write({});
            return std::unique_ptr<LogSink>(std::make_unique<PlaceSink>(to));
        },
        1ms);
    ASSERT_TRUE(made.ok());
    const auto other = std::make_shared<Place>();
    {
        LogHub hub(core::LogLevel::info);
        hub.setMain(std::make_unique<PlaceSink>(other));
        hub.setFile(std::move(*made));
        hub.info("one");
        hub.info("two");
        gate->freeze(false);
        for (int tries = 0; tries < 500 && place->messages().size() < 2; ++tries) {
            usleep(10'000);
        }
    }
    EXPECT_EQ(place->messages(), (std::vector<std::string>{"one", "two"}));
    ASSERT_EQ(other->messages().size(), 3U);
    EXPECT_EQ(other->messages()[1].find("writing to healer.log is held up"), 0U);
}

/// Standard error is a pipe of which nothing is read, as that of a terminal that is stopped.
TEST(StderrSink, WaitsForItsReaderOnItsThread) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    const int before = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    auto sink = makeQueuedSink("standard error", makeStderrSink());
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000; ++i) {
        sink->write({core::LogLevel::info, std::string(200, 'x')});
    }
    const auto took = std::chrono::steady_clock::now() - begin;
    std::string text(4096, '\0');
    std::size_t lines = 0;
    while (lines < 1000) {
        const ssize_t length = read(ends[0], text.data(), text.size());
        ASSERT_GT(length, 0);
        lines += static_cast<std::size_t>(std::count(text.begin(), text.begin() + length, '\n'));
    }
    dup2(before, STDERR_FILENO);
    close(before);
    close(ends[0]);
    close(ends[1]);
    EXPECT_LT(took, 2s);
    EXPECT_EQ(lines, 1000U) << "nothing is lost that fits into memory";
}

} // namespace
} // namespace healer::runtime
