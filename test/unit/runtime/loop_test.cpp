// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop.hpp"

#include <gtest/gtest.h>

#include <sys/epoll.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace healer::runtime {
namespace {

using namespace std::chrono_literals;

TEST(SimulatedTime, passesWithoutWaiting) {
    Loop loop(Loop::Time::simulated);
    const auto begin = Loop::bootTime();
    const auto start = loop.now();
    std::vector<std::string> order;
    const auto late = loop.addTimer(start + 48h, [&] {
        order.emplace_back("late");
        loop.exit(7);
    });
    const auto early = loop.addTimer(start + 1h, [&] { order.emplace_back("early"); });
    EXPECT_EQ(loop.run(), 7);
    EXPECT_EQ(order, (std::vector<std::string>{"early", "late"}));
    EXPECT_EQ(loop.now(), start + 48h);
    EXPECT_LT(Loop::bootTime() - begin, 10s);
}

TEST(SimulatedTime, waitsForWhatIsReady) {
    Loop loop(Loop::Time::simulated);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    core::TimePoint read;
    const auto timer = loop.addTimer(loop.now() + 1h, [&] { loop.exit(0); });
    const auto deferred = loop.addDeferred([&] { EXPECT_EQ(write(ends[1], "x", 1), 1); });
    Source readable;
    readable = loop.addIo(ends[0], EPOLLIN, [&](std::uint32_t) {
        read = loop.now();
        readable.reset();
    });
    const auto start = loop.now();
    loop.run();
    EXPECT_EQ(read, start) << "what a callback makes ready comes before the next timer";
    close(ends[0]);
    close(ends[1]);
}

TEST(SimulatedTime, timersCanBeRemovedAndSetAgain) {
    Loop loop(Loop::Time::simulated);
    int calls = 0;
    auto removed = loop.addTimer(loop.now() + 1s, [&] { FAIL(); });
    Source repeated;
    std::function<void()> again = [&] {
        if (++calls < 3) {
            repeated = loop.addTimer(loop.now() + 1min, again);
        }
    };
    repeated = loop.addTimer(loop.now() + 1min, again);
    removed.reset();
    const auto start = loop.now();
    while (loop.runOnce(10min)) {
    }
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(loop.now(), start + 13min) << "three minutes, and the ten of the last call";
}

TEST(SimulatedTime, exceptionsOfTimersEndTheLoop) {
    Loop loop(Loop::Time::simulated);
    const auto timer = loop.addTimer(loop.now() + 1h, [] { throw std::runtime_error("expected"); });
    EXPECT_THROW(loop.run(), std::runtime_error);
}

} // namespace
} // namespace healer::runtime
