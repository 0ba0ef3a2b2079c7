// SPDX-License-Identifier: Apache-2.0
// The time limit of a probe counts only while Healer runs.
#include "monitor/probe/patience.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace healer::monitor::probe {
namespace {

using namespace std::chrono_literals;

TEST(Patience, EndsAtItsLimit) {
    runtime::Loop loop(runtime::Loop::Time::simulated);
    bool exhausted = false;
    Patience patience(loop, 2s, [&] { exhausted = true; });
    while (!exhausted && loop.now() < core::TimePoint(10s)) {
        loop.runOnce(1s);
    }
    EXPECT_TRUE(exhausted);
    EXPECT_EQ(loop.now(), core::TimePoint(2s));
    EXPECT_FALSE(patience.interrupted());
}

TEST(Patience, ATimeInWhichNothingRanDoesNotCount) {
    runtime::Loop loop;
    bool exhausted = false;
    Patience patience(loop, 400ms, [&] { exhausted = true; });
    const auto begin = loop.now();
    std::this_thread::sleep_for(1s); // as a stopped process
    EXPECT_TRUE(patience.interrupted());
    loop.runOnce(0s);
    loop.runOnce(0s);
    EXPECT_FALSE(exhausted);
    while (!exhausted && loop.now() < begin + 10s) {
        loop.runOnce(1s);
    }
    EXPECT_TRUE(exhausted);
    EXPECT_GE(loop.now() - begin, 1100ms) << "the rest of its time begins when it runs again";
}

TEST(Patience, APauseThatEndsBeforeTheLimitIsSeen) {
    runtime::Loop loop;
    Patience patience(loop, 30s, [] {});
    std::this_thread::sleep_for(500ms);
    EXPECT_TRUE(patience.interrupted());
    EXPECT_GE(loop.stalled(), 200ms);
    EXPECT_LT(loop.stalled(), 5s);
}

TEST(Patience, WhatIsReadyComesFirst) {
    runtime::Loop loop;
    std::string order;
    Patience patience(loop, 50ms, [&] { order += "clock "; });
    auto answer = loop.addTimer(loop.now() + 50ms, [&] { order += "answer "; });
    std::this_thread::sleep_for(80ms);
    for (int i = 0; i < 5; ++i) {
        loop.runOnce(10ms);
    }
    EXPECT_EQ(order, "answer clock ");
}

} // namespace
} // namespace healer::monitor::probe
