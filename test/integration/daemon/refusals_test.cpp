// SPDX-License-Identifier: Apache-2.0
// A machine that refuses: what cannot be looked at is not gone.
#include "integration/daemon/healer_run.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <set>

namespace healer::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class Refusals : public testing::TestWithParam<int> {
protected:
    /// Healer can open so many descriptors at most from now on.
    void leaveDescriptors(int free) {
        std::set<int> used;
        for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(healer.pid()) + "/fd")) {
            used.insert(std::stoi(entry.path().filename()));
        }
        int limit = 0;
        for (int left = free; left > 0 || used.contains(limit); ++limit) {
            left -= used.contains(limit) ? 0 : 1;
        }
        setLimit(static_cast<rlim_t>(limit));
    }
    void setLimit(rlim_t soft) {
        rlimit now{};
        ASSERT_EQ(prlimit(healer.pid(), RLIMIT_NOFILE, nullptr, &now), 0);
        now.rlim_cur = soft == RLIM_INFINITY ? now.rlim_max : soft;
        ASSERT_EQ(prlimit(healer.pid(), RLIMIT_NOFILE, &now, nullptr), 0);
    }

    /// It dies while there are few descriptors. Whatever comes of that, there is one of it in the end.
    void expectOneInTheEnd(const std::string& monitor) {
        healer.writeConfig(healer.counter("web", monitor,
                                          "    recovery: { retries: 1000, cooldown_secs: 1, backoff: { "
                                          "initial_ms: 50, max_secs: 1 } }\n"));
        healer.start();
        const auto restarted = [&] { return healer.logged("Successfully restarted process web"); };
        ASSERT_TRUE(waitFor([&] { return healer.logged("Successfully started process web") == 1; }));
        const pid_t old = healer.runningPid("web");
        leaveDescriptors(GetParam());
        kill(old, SIGKILL);
        // Long enough for a wrong conclusion, which takes milliseconds.
        waitFor([&] { return healer.copies("web") > 1; }, 1s);
        setLimit(RLIM_INFINITY);
        ASSERT_TRUE(waitFor([&] { return restarted() > 0; })) << healer.log();
        const pid_t next = healer.runningPid("web");
        EXPECT_EQ(healer.copies("web"), 1) << healer.log();
        EXPECT_EQ(healer.logged("(PID " + std::to_string(next) + ") is down"), 0) << healer.log();
        const int before = restarted();
        kill(next, SIGKILL);
        EXPECT_GT(healer.waitForSuccessor("web", next).value_or(0), 1) << healer.log();
        EXPECT_TRUE(waitFor([&] { return restarted() > before; })) << healer.log();
        EXPECT_EQ(healer.copies("web"), 1) << healer.log();
    }

    HealerRun healer;
};

TEST_P(Refusals, WithFewDescriptorsThereIsNeverASecondCopy) {
    expectOneInTheEnd("{ type: ebpf }");
}

TEST_P(Refusals, WithFewDescriptorsThereIsNeverASecondCopyBesideAPidFile) {
    expectOneInTheEnd(healer.pidMonitor("web"));
}

INSTANTIATE_TEST_SUITE_P(Descriptors, Refusals, testing::Range(0, 10));

} // namespace
} // namespace healer::test
