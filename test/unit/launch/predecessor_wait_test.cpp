// SPDX-License-Identifier: Apache-2.0
#include "launch/predecessor_wait.hpp"

#include "runtime/pidfd.hpp"
#include "support/no_descriptors.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace healer::launch {
namespace {

using namespace std::chrono_literals;

pid_t sleeper() {
    const pid_t pid = fork();
    if (pid == 0) {
        for (;;) {
            pause();
        }
    }
    return pid;
}

void spin(runtime::Loop& loop, const int& calls) {
    const auto deadline = runtime::Loop::bootTime() + 10s;
    while (calls == 0 && runtime::Loop::bootTime() < deadline) {
        loop.runOnce(10ms);
    }
}

TEST(PredecessorWait, noPredecessorIsAnsweredByTheLoop) {
    runtime::Loop loop;
    int calls = 0;
    PredecessorWait wait(loop, std::nullopt, [&](const core::Result<void>& gone) {
        EXPECT_TRUE(gone.ok());
        ++calls;
    });
    EXPECT_EQ(calls, 0);
    spin(loop, calls);
    loop.runOnce(0ms);
    EXPECT_EQ(calls, 1);
}

TEST(PredecessorWait, aZombieIsGoneAndALivingOneIsWaitedFor) {
    runtime::Loop loop;
    const pid_t pid = sleeper();
    const auto key = runtime::keyOfPid(pid).orNone();
    ASSERT_TRUE(key);
    int calls = 0;
    const auto count = [&](const core::Result<void>&) { ++calls; };
    PredecessorWait living(loop, key, count);
    for (int i = 0; i < 10; ++i) {
        loop.runOnce(1ms);
    }
    EXPECT_EQ(calls, 0);
    kill(pid, SIGKILL);
    spin(loop, calls);
    EXPECT_EQ(calls, 1);
    PredecessorWait zombie(loop, key, count);
    loop.runOnce(10ms);
    EXPECT_EQ(calls, 2);
    waitpid(pid, nullptr, 0);
}

TEST(PredecessorWait, withoutDescriptorsItWaitsAllTheSame) {
    runtime::Loop loop;
    const pid_t pid = sleeper();
    const auto key = runtime::keyOfPid(pid).orNone();
    int calls = 0;
    const auto timer = loop.addTimer(loop.now(), [] {}); // the timers have their descriptor
    loop.runOnce(10ms);
    std::optional<PredecessorWait> wait;
    {
        const test::NoDescriptors none;
        wait.emplace(loop, key, [&](const core::Result<void>& gone) {
            EXPECT_TRUE(gone.ok());
            ++calls;
        });
        for (int i = 0; i < 20; ++i) {
            loop.runOnce(10ms);
        }
        EXPECT_EQ(calls, 0);
    }
    kill(pid, SIGKILL);
    spin(loop, calls);
    EXPECT_EQ(calls, 1);
    waitpid(pid, nullptr, 0);
}

TEST(PredecessorWait, aRecycledNumberIsNotWaitedFor) {
    runtime::Loop loop;
    int calls = 0;
    PredecessorWait wait(loop, core::ProcessKey{getpid(), 1}, [&](const core::Result<void>&) { ++calls; });
    loop.runOnce(10ms);
    EXPECT_EQ(calls, 1);
}

TEST(PredecessorWait, mayBeDestroyedBeforeAndInItsCallback) {
    runtime::Loop loop;
    int calls = 0;
    {
        const PredecessorWait dropped(loop, std::nullopt, [&](const core::Result<void>&) { ++calls; });
    }
    loop.runOnce(0ms);
    EXPECT_EQ(calls, 0);
    std::optional<PredecessorWait> wait;
    wait.emplace(loop, std::nullopt, [&](const core::Result<void>&) {
        wait.reset();
        ++calls;
    });
    loop.runOnce(10ms);
    EXPECT_EQ(calls, 1);
}

} // namespace
} // namespace healer::launch
