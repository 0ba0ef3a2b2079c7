// SPDX-License-Identifier: Apache-2.0
// Many deaths at once: what each costs must not depend on how many there are.
#include "integration/daemon/healer_run.hpp"
#include "support/call_counts.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace healer::test {
namespace {

constexpr unsigned long long kSlack = 500; ///< what the time that it takes costs: timers, retries

class Storm : public testing::Test {
protected:
    void TearDown() override {
        unsetenv("LD_PRELOAD");
        unsetenv("ASAN_OPTIONS");
    }

    /// What Healer has called so far.
    [[nodiscard]] static call_counts counted(const HealerRun& healer) {
        const std::string bytes = readText(healer.folder() / "calls");
        call_counts counts{};
        std::memcpy(&counts, bytes.data(), std::min(bytes.size(), sizeof counts));
        return counts;
    }

    enum class Depend { none, onTheFirst };
    static void start(HealerRun& healer, int count, Depend depend) {
        std::string processes;
        for (int i = 0; i < count; ++i) {
            processes +=
                healer.counter(nameOf(i), "{ type: ebpf, interval_secs: 86400 }", "    output: /dev/null\n");
            if (i > 0 && depend == Depend::onTheFirst) {
                processes += "    dependencies: [" + nameOf(0) + "]\n";
            }
        }
        healer.writeConfig(processes);
        setenv("CALL_COUNTS", (healer.folder() / "calls").c_str(), 1);
        setenv("LD_PRELOAD", HEALER_CALL_COUNTER, 1);
        setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
        healer.start();
    }

    static std::string nameOf(int i) { return "c" + std::to_string(i); }

    /// What it costs to restart so many that are killed all at once, what is published about it included.
    static call_counts costOf(int count, Depend depend) {
        HealerRun healer;
        start(healer, count, depend);
        std::vector<pid_t> pids;
        for (int i = 0; i < count; ++i) {
            pids.push_back(healer.runningPid(nameOf(i)));
        }
        settle(healer);
        const auto before = counted(healer);
        for (const pid_t pid : pids) {
            kill(pid, SIGKILL);
        }
        for (int i = 0; i < count; ++i) {
            EXPECT_TRUE(healer.waitForSuccessor(nameOf(i), pids[static_cast<std::size_t>(i)]));
        }
        EXPECT_TRUE(waitFor([&] { return healer.logged("Successfully restarted process") == count; }));
        settle(healer);
        const auto after = counted(healer);
        return {after.waits - before.waits, after.ready - before.ready,
                after.registrations - before.registrations, after.reads - before.reads,
                after.opens - before.opens};
    }

    /// Until nothing has happened for a while.
    static void settle(const HealerRun& healer) {
        auto last = counted(healer);
        EXPECT_TRUE(waitFor([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
            const auto before = std::exchange(last, counted(healer));
            return last.waits == before.waits && last.reads == before.reads;
        }));
    }

    /// Of 40 deaths, and of four times as many.
    static void compare(Depend depend) {
        constexpr int kSome = 40;
        constexpr unsigned kTimes = 4;
        const auto some = costOf(kSome, depend);
        const auto more = costOf(kSome * kTimes, depend);
        ASSERT_GT(some.waits, 0U) << "the calls are not counted";
        EXPECT_LE(more.waits, kTimes * some.waits + kSlack);
        EXPECT_LE(more.ready, kTimes * some.ready + kSlack);
        EXPECT_LE(more.registrations, kTimes * some.registrations + kSlack);
        EXPECT_LE(more.reads, kTimes * some.reads + kSlack);
        EXPECT_LE(more.opens, kTimes * some.opens + kSlack);
    }
};

TEST_F(Storm, theCostOfADeathDoesNotGrowWithTheirNumber) {
    compare(Depend::none);
}

TEST_F(Storm, norWhereAllDependOnOne) {
    compare(Depend::onTheFirst);
}

} // namespace
} // namespace healer::test
