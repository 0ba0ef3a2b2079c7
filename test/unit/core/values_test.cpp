// SPDX-License-Identifier: Apache-2.0
#include "core/duration_text.hpp"
#include "core/log_level.hpp"
#include "core/process.hpp"
#include "core/restart_policy.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <set>

namespace healer::core {
namespace {

using namespace std::chrono_literals;

TEST(Exit, DecodesAWaitStatus) {
    const Exit exited = exitFromWaitStatus(0x700);
    EXPECT_EQ(exited.reason, ExitReason::exited);
    EXPECT_EQ(exited.code, 7);
    EXPECT_FALSE(exited.signal);

    const Exit killed = exitFromWaitStatus(9);
    EXPECT_EQ(killed.reason, ExitReason::signaled);
    EXPECT_EQ(killed.signal, SIGKILL);
    EXPECT_FALSE(killed.code);

    const Exit dumped = exitFromWaitStatus(0x80 | SIGSEGV);
    EXPECT_EQ(dumped.reason, ExitReason::coreDumped);
    EXPECT_EQ(dumped.signal, SIGSEGV);
}

TEST(Exit, IsDescribedInWords) {
    EXPECT_EQ(describe(exitFromWaitStatus(0x300)), "exited with status 3");
    EXPECT_EQ(describe(exitFromWaitStatus(9)), "killed by SIGKILL");
    EXPECT_EQ(describe(exitFromWaitStatus(0x80 | SIGSEGV)), "dumped core (SIGSEGV)");
}

TEST(Exit, SaysWhoSentTheSignal) {
    const auto said = [](int status, SignalSender sender, std::chrono::seconds before) {
        Exit exit = exitFromWaitStatus(status);
        attribute(exit, std::move(sender), before);
        return describe(exit);
    };
    using std::chrono::seconds;
    EXPECT_EQ(said(SIGKILL, {SIGKILL, 77, 1000, "bash"}, seconds(60)),
              "killed by SIGKILL, sent by PID 77 (bash) of UID 1000")
        << "a signal may be blocked for long";
    EXPECT_EQ(said(SIGSEGV, {SIGTERM, 77, 1000, "bash"}, seconds(0)), "killed by SIGSEGV")
        << "by another signal";
    EXPECT_EQ(said(0, {SIGTERM, 1, 0, "systemd"}, seconds(9)),
              "exited with status 0, after a SIGTERM sent by PID 1 (systemd) of UID 0");
    EXPECT_EQ(said(0x300, {SIGHUP, 0, 0, ""}, seconds(0)),
              "exited with status 3, after a SIGHUP sent by a process outside the PID namespace of UID 0")
        << "outside of the PID namespace";
    EXPECT_EQ(said(0, {SIGHUP, 77, 0, "logrotate"}, seconds(11)), "exited with status 0") << "long ago";
    EXPECT_EQ(said(SIGKILL, {SIGKILL, 77, 0, "\x1b[1m\xff"}, seconds(0)),
              "killed by SIGKILL, sent by PID 77 (?[1m?) of UID 0")
        << "the name is the sender's choice and goes to terminals";
}

TEST(Exit, ReasonWordsRoundTrip) {
    for (const auto reason :
         {ExitReason::exited, ExitReason::signaled, ExitReason::coreDumped, ExitReason::oomKilled,
          ExitReason::probeFailed, ExitReason::unitFailed, ExitReason::vanished}) {
        EXPECT_EQ(exitReasonFromString(toString(reason)), reason);
    }
    EXPECT_FALSE(exitReasonFromString("eaten"));
}

TEST(Signal, NamesAndNumbers) {
    EXPECT_EQ(signalFromName("SIGTERM"), SIGTERM);
    EXPECT_EQ(signalFromName("HUP"), SIGHUP);
    EXPECT_EQ(signalFromName("9"), SIGKILL);
    EXPECT_FALSE(signalFromName("SIGWHAT"));
    EXPECT_FALSE(signalFromName("0"));
    EXPECT_FALSE(signalFromName("1000"));
    EXPECT_FALSE(signalFromName(""));
    EXPECT_EQ(signalName(SIGINT), "SIGINT");
    EXPECT_EQ(signalName(1000), "signal 1000");
}

TEST(Backoff, GrowsByTheMultiplierUpToTheMaximum) {
    const BackoffPlan plan{100ms, 2, 1s, 0};
    EXPECT_EQ(pauseAfterFailedStarts(0), 0ms);
    EXPECT_EQ(pauseAfterFailedStarts(1), 500ms);
    EXPECT_EQ(pauseAfterFailedStarts(3), 8s);
    EXPECT_EQ(pauseAfterFailedStarts(1000), 30s);
    EXPECT_EQ(backoffDelay(plan, 1, 7), 100ms);
    EXPECT_EQ(backoffDelay(plan, 2, 7), 200ms);
    EXPECT_EQ(backoffDelay(plan, 4, 7), 800ms);
    EXPECT_EQ(backoffDelay(plan, 5, 7), 1s);
    EXPECT_EQ(backoffDelay(plan, 4000, 7), 1s);
}

TEST(Backoff, NoInitialDelayMeansNone) {
    EXPECT_EQ(backoffDelay(BackoffPlan{}, 3, 1), 0ms);
}

TEST(Backoff, JitterStaysInItsRangeAndSpreads) {
    const BackoffPlan plan{1s, 1, 10s, 10};
    std::set<Duration> seen;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        const Duration delay = backoffDelay(plan, 1, seed);
        EXPECT_GE(delay, 900ms);
        EXPECT_LE(delay, 1100ms);
        seen.insert(delay);
        EXPECT_EQ(delay, backoffDelay(plan, 1, seed));
    }
    EXPECT_GT(seen.size(), 900U);
}

TEST(LogLevel, WordsRoundTripAndNothingElseIsOne) {
    for (const auto& [word, level] : kLogLevelWords) {
        EXPECT_EQ(logLevelFromWord(word), level);
        EXPECT_EQ(toString(level), word);
    }
    EXPECT_EQ(logLevelFromWord("healer=debug"), std::nullopt);
}

TEST(DurationText, IsShortAndReadable) {
    EXPECT_EQ(durationText(0us), "0 ms");
    EXPECT_EQ(durationText(1500us), "1.5 ms");
    EXPECT_EQ(durationText(250ms), "250 ms");
    EXPECT_EQ(durationText(1500ms), "1.5 s");
    EXPECT_EQ(durationText(60s), "60 s");
    EXPECT_EQ(durationText(180s), "3 min");
    EXPECT_EQ(durationText(185s), "3 min 5 s");
    EXPECT_EQ(durationText(130min), "2 h 10 min");
    EXPECT_EQ(durationText(49h), "2 d 1 h");
    EXPECT_EQ(durationText(-2s), "-2 s");
}

} // namespace
} // namespace healer::core
