// SPDX-License-Identifier: Apache-2.0
#include "monitor/probe/probe_state.hpp"

#include <gtest/gtest.h>

#include <set>

namespace healer::monitor::probe {
namespace {

using namespace std::chrono_literals;

const core::ProcessKey kFirst{100, 1};
const core::ProcessKey kSecond{200, 2};

struct ProbeStateTest : testing::Test {
    core::TimePoint now{1000s};
    Thresholds thresholds{.interval = 5s, .grace = 10s};
    ProbeState state{thresholds};

    void with(std::int64_t failures, std::int64_t successes) {
        thresholds.failures = failures;
        thresholds.successes = successes;
        state = ProbeState(thresholds);
    }
    Reports probe(Verdict verdict) {
        state.begin();
        return state.finish(verdict, now);
    }
    Reports pass() { return probe(Verdict::passed); }
    Reports fail() { return probe(Verdict::failed); }
    void followedAndHealthy() {
        state.follow(kFirst, now);
        EXPECT_TRUE(pass().healthy);
    }
};

TEST_F(ProbeStateTest, answersEachQuestionOnceWithTheNextProbe) {
    state.ask();
    state.ask();
    EXPECT_EQ(state.next(now), now);
    const auto reports = pass();
    EXPECT_EQ(reports.answers, 2U);
    EXPECT_FALSE(reports.healthy) << "the answer says it";
    EXPECT_EQ(pass().answers, 0U);
}

TEST_F(ProbeStateTest, aProbeUnderWayIsNoAnswerToALaterQuestion) {
    state.begin();
    state.ask();
    EXPECT_EQ(state.finish(Verdict::passed, now).answers, 0U);
    EXPECT_EQ(state.next(now), now);
    EXPECT_EQ(pass().answers, 1U);
}

TEST_F(ProbeStateTest, anAbandonedProbeLeavesItsQuestionOpen) {
    state.ask();
    state.begin();
    EXPECT_TRUE(state.follow(kFirst, now));
    state.abandon();
    EXPECT_EQ(fail().answers, 1U);
}

TEST_F(ProbeStateTest, whatCannotBeTriedAnswersAndCountsForNothing) {
    followedAndHealthy();
    state.ask();
    const auto reports = probe(Verdict::unknown);
    EXPECT_EQ(reports.answers, 1U);
    EXPECT_FALSE(reports.unhealthy);
    EXPECT_TRUE(fail().unhealthy);
}

TEST_F(ProbeStateTest, failuresCountInARow) {
    with(3, 1);
    followedAndHealthy();
    EXPECT_FALSE(fail().unhealthy);
    EXPECT_FALSE(fail().unhealthy);
    EXPECT_FALSE(pass().healthy) << "it never was anything else";
    EXPECT_FALSE(fail().unhealthy);
    EXPECT_FALSE(fail().unhealthy);
    EXPECT_TRUE(fail().unhealthy);
}

TEST_F(ProbeStateTest, successesCountInARow) {
    with(1, 2);
    state.follow(kFirst, now);
    EXPECT_FALSE(pass().healthy);
    EXPECT_TRUE(pass().healthy);
    EXPECT_TRUE(fail().unhealthy);
    EXPECT_FALSE(pass().healthy);
    EXPECT_FALSE(fail().unhealthy) << "it still is";
    EXPECT_FALSE(pass().healthy);
    EXPECT_TRUE(pass().healthy);
}

TEST_F(ProbeStateTest, unhealthyIsReportedOnceUntilItIsHealthyAgain) {
    followedAndHealthy();
    EXPECT_TRUE(fail().unhealthy);
    for (int count = 0; count < 100; ++count) {
        EXPECT_FALSE(fail().unhealthy);
    }
    EXPECT_TRUE(pass().healthy);
    EXPECT_TRUE(fail().unhealthy);
}

TEST_F(ProbeStateTest, afterTheAnswerHealthyTheNextFailureIsReported) {
    with(1, 3);
    state.follow(kFirst, now);
    now += 11s;
    EXPECT_TRUE(fail().unhealthy);
    state.ask();
    EXPECT_EQ(pass().answers, 1U);
    EXPECT_TRUE(fail().unhealthy);
}

TEST_F(ProbeStateTest, anAnswerDoesNotReplaceUnhealthy) {
    followedAndHealthy();
    state.ask();
    const auto reports = fail();
    EXPECT_EQ(reports.answers, 1U);
    EXPECT_TRUE(reports.unhealthy);
}

TEST_F(ProbeStateTest, failuresWithinTheGraceAreForgotten) {
    with(2, 1);
    state.follow(kFirst, now);
    now += 9s;
    EXPECT_FALSE(fail().unhealthy);
    EXPECT_FALSE(fail().unhealthy);
    now += 1s;
    EXPECT_FALSE(fail().unhealthy);
    EXPECT_TRUE(fail().unhealthy);
}

TEST_F(ProbeStateTest, theFirstSuccessEndsTheGrace) {
    followedAndHealthy();
    now += 1s;
    EXPECT_TRUE(fail().unhealthy);
}

TEST_F(ProbeStateTest, anotherIncarnationStartsFromZero) {
    with(2, 1);
    followedAndHealthy();
    EXPECT_FALSE(fail().unhealthy);
    EXPECT_TRUE(state.follow(kSecond, now));
    EXPECT_EQ(state.next(now), now);
    EXPECT_FALSE(fail().unhealthy) << "grace, and the count has been forgotten";
    EXPECT_TRUE(pass().healthy) << "reported for each incarnation";
    EXPECT_FALSE(state.follow(kSecond, now)) << "the same one";
    EXPECT_FALSE(pass().healthy);
}

TEST_F(ProbeStateTest, withoutAnIncarnationOnlyHealthyIsReported) {
    followedAndHealthy();
    state.follow(std::nullopt, now);
    EXPECT_FALSE(fail().unhealthy);
    EXPECT_TRUE(pass().healthy);
    EXPECT_FALSE(fail().unhealthy);
    state.follow(kSecond, now);
    now += 11s;
    EXPECT_TRUE(fail().unhealthy) << "one that followed must hear of it";
}

TEST_F(ProbeStateTest, aServiceThatStartsIsAskedOftenAtFirst) {
    state.follow(kFirst, now);
    const auto begin = now;
    int probes = 0;
    for (; now < begin + 5s; now = state.next(now)) {
        EXPECT_FALSE(fail().unhealthy);
        ++probes;
    }
    EXPECT_GE(probes, 5);
    EXPECT_LE(probes, 8);
    EXPECT_TRUE(pass().healthy);
    EXPECT_GT(state.next(now), now);
    EXPECT_LE(state.next(now), now + 5s);
}

TEST_F(ProbeStateTest, beatsSteadilyInAPlaceOfItsOwn) {
    constexpr int kProbes = 1000;
    std::set<core::TimePoint> times;
    for (std::uint64_t number = 0; number < kProbes; ++number) {
        thresholds.seed = number * 0x9e3779b97f4a7c15U;
        ProbeState other(thresholds);
        const auto first = other.next(now);
        EXPECT_GT(first, now);
        EXPECT_LE(first, now + 5s);
        EXPECT_EQ(other.next(first), first + 5s);
        EXPECT_EQ(other.next(first + 1234ms), first + 5s) << "a slow probe does not shift the beat";
        times.insert(std::chrono::time_point_cast<core::Duration>(
            core::TimePoint(std::chrono::floor<std::chrono::milliseconds>(first.time_since_epoch()))));
    }
    EXPECT_GT(times.size(), 800U) << "spread over the milliseconds of the interval";
}

TEST_F(ProbeStateTest, worksRightAfterBoot) {
    thresholds.seed = 4'000'000;
    EXPECT_EQ(ProbeState(thresholds).next(core::TimePoint(1s)), core::TimePoint(4s));
}

} // namespace
} // namespace healer::monitor::probe
