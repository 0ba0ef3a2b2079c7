// SPDX-License-Identifier: Apache-2.0
// These set the machine's clock, so that they run in the emulated machine of test/kernel only.
#include "integration/daemon/healer_run.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <initializer_list>

namespace healer::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class ClockJumps : public testing::Test {
protected:
    static constexpr auto kCooldown = 3s;

    ClockJumps() {
        healer.writeConfig(
            healer.counter("web", "{ type: ebpf }",
                           "    recovery: { retries: 1, retry_window_secs: 600, cooldown_secs: "
                           "3, stable_secs: 600 }\n"));
        healer.start();
    }

    static void jump(std::chrono::seconds distance) {
        timespec now{};
        clock_gettime(CLOCK_REALTIME, &now);
        now.tv_sec += distance.count();
        ASSERT_EQ(clock_settime(CLOCK_REALTIME, &now), 0);
    }

    /// Kills web, which is up, and waits until Healer has opened its breaker `times` times.
    void trip(int times) {
        kill(healer.runningPid("web"), SIGKILL);
        ASSERT_TRUE(waitFor([&] { return healer.logged("Circuit breaker is open") >= times; }))
            << healer.log();
    }

    HealerRun healer;
};

TEST_F(ClockJumps, MoveNoCooldown) {
    const pid_t first = healer.runningPid("web");
    ASSERT_TRUE(waitFor([&] { return healer.logged("Successfully started") == 1; })) << healer.log();
    kill(first, SIGKILL);
    ASSERT_TRUE(waitFor([&] { return healer.logged("Successfully restarted") == 1; })) << healer.log();
    int trials = 0;
    for (const auto distance : {24h, -48h, 24h}) {
        const auto begin = Clock::now();
        trip(++trials);
        jump(distance);
        ASSERT_TRUE(waitFor([&] { return healer.logged("Successfully restarted") == 1 + trials; }))
            << healer.log();
        EXPECT_GE(Clock::now() - begin, kCooldown) << healer.log();
    }
}

TEST_F(ClockJumps, MoveNoCooldownWhileHealerIsAway) {
    ASSERT_TRUE(waitFor([&] { return healer.logged("Successfully started") == 1; })) << healer.log();
    kill(healer.runningPid("web"), SIGKILL);
    ASSERT_TRUE(waitFor([&] { return healer.logged("Successfully restarted") == 1; })) << healer.log();
    for (const auto distance : {24h, -24h}) {
        const auto begin = Clock::now();
        trip(distance > 0h ? 1 : 2);
        healer.signal(SIGTERM);
        (void)healer.wait();
        jump(distance);
        healer.start();
        (void)healer.runningPid("web");
        EXPECT_GE(Clock::now() - begin, kCooldown) << healer.log();
    }
}

} // namespace
} // namespace healer::test
