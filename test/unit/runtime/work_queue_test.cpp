// SPDX-License-Identifier: Apache-2.0
#include "runtime/work_queue.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace healer::runtime {
namespace {

using namespace std::chrono_literals;

/// What a write waits for that hangs.
class Gate {
public:
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        entered_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    bool awaitEntry() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 5s, [this] { return entered_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
    bool entered_ = false;
};

TEST(WorkQueue, DoesAllInOrderOnAThreadOfItsOwn) {
    WorkQueue queue({});
    std::vector<int> done;
    std::thread::id where;
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(queue.push([&, i] {
            done.push_back(i);
            where = std::this_thread::get_id();
        }));
    }
    ASSERT_TRUE(queue.flush(5s));
    ASSERT_EQ(done.size(), 100U);
    EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
    EXPECT_NE(where, std::this_thread::get_id());
    EXPECT_TRUE(queue.idle());
    EXPECT_EQ(queue.heldUp(), 0s);
}

TEST(WorkQueue, TakesNothingMoreWhenItIsFullUntilHalfOfItIsDone) {
    const auto gate = std::make_shared<Gate>();
    WorkQueue queue({.items = 4});
    ASSERT_TRUE(queue.push([gate] { gate->pass(); }));
    ASSERT_TRUE(gate->awaitEntry());
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(queue.push([] {}));
    }
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000; ++i) {
        EXPECT_FALSE(queue.push([] {}));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s) << "nothing is waited for";
    EXPECT_FALSE(queue.flush(1ms));
    EXPECT_FALSE(queue.idle());
    EXPECT_GT(queue.heldUp(), 0s);
    gate->open();
    ASSERT_TRUE(queue.flush(5s));
    EXPECT_TRUE(queue.push([] {}));
}

TEST(WorkQueue, IsBoundedInBytesToo) {
    const auto gate = std::make_shared<Gate>();
    WorkQueue queue({.bytes = 100});
    ASSERT_TRUE(queue.push([gate] { gate->pass(); }, 10));
    EXPECT_TRUE(queue.push([] {}, 90));
    EXPECT_FALSE(queue.push([] {}, 1));
    gate->open();
    ASSERT_TRUE(queue.flush(5s));
    EXPECT_TRUE(queue.push([] {}, 100));
    EXPECT_FALSE(queue.push([] {}, 101)) << "more than it ever holds";
}

TEST(WorkQueue, ReportsThatAllIsDone) {
    const auto count = std::make_shared<int>(0);
    WorkQueue queue({.drained = [count] { ++*count; }});
    ASSERT_TRUE(queue.push([] {}));
    ASSERT_TRUE(queue.flush(5s));
    EXPECT_EQ(*count, 1);
}

TEST(WorkQueue, WhatIsQueuedIsDoneAlsoWhenTheQueueIsGone) {
    const auto gate = std::make_shared<Gate>();
    const auto last = std::make_shared<Gate>();
    {
        WorkQueue queue({});
        ASSERT_TRUE(queue.push([gate] { gate->pass(); }));
        ASSERT_TRUE(queue.push([last] { last->pass(); }));
    }
    gate->open();
    EXPECT_TRUE(last->awaitEntry());
    last->open();
}

TEST(WorkQueue, AtTheEndNothingFurtherIsBegun) {
    const auto gate = std::make_shared<Gate>();
    const auto begun = std::make_shared<bool>(false);
    WorkQueue queue({});
    ASSERT_TRUE(queue.push([gate] { gate->pass(); }));
    ASSERT_TRUE(queue.push([begun] { *begun = true; }));
    ASSERT_TRUE(gate->awaitEntry());
    EXPECT_FALSE(queue.finish(1ms));
    EXPECT_FALSE(queue.push([] {}));
    gate->open();
    ASSERT_TRUE(queue.flush(5s));
    EXPECT_FALSE(*begun);
}

} // namespace
} // namespace healer::runtime
