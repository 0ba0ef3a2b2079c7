// SPDX-License-Identifier: Apache-2.0
#include "systemd/job_tracker.hpp"

#include <gtest/gtest.h>

namespace healer::systemd {
namespace {

constexpr const char* kUnit = "healer-a.service";

class JobTrackerTest : public testing::Test {
protected:
    std::shared_ptr<void> wait(std::uint32_t job) {
        return tracker_.whenEnded(job, [this](const auto& result) { results_.push_back(result); });
    }

    JobTracker tracker_;
    std::vector<std::optional<std::string>> results_;
};

TEST_F(JobTrackerTest, aJobIsForeignUntilItIsClaimed) {
    EXPECT_FALSE(tracker_.foreign(kUnit));
    tracker_.appeared({5, kUnit});
    EXPECT_TRUE(tracker_.foreign(kUnit));
    EXPECT_FALSE(tracker_.isOwn(5));
    EXPECT_FALSE(tracker_.foreign("healer-b.service"));
    tracker_.claim(kUnit, 5);
    EXPECT_FALSE(tracker_.foreign(kUnit));
    EXPECT_TRUE(tracker_.isOwn(5));
}

TEST_F(JobTrackerTest, aClaimBeforeTheSignalHoldsToo) {
    tracker_.claim(kUnit, 5);
    tracker_.appeared({5, kUnit});
    EXPECT_FALSE(tracker_.foreign(kUnit));
}

TEST_F(JobTrackerTest, oneClaimDoesNotCoverAnotherJob) {
    tracker_.appeared({5, kUnit});
    tracker_.appeared({6, kUnit});
    tracker_.claim(kUnit, 6);
    EXPECT_TRUE(tracker_.foreign(kUnit));
}

TEST_F(JobTrackerTest, aForeignJobStaysForeignAfterItsEnd) {
    tracker_.appeared({5, kUnit});
    tracker_.removed({5, kUnit, "done"});
    EXPECT_TRUE(tracker_.foreign(kUnit));
    tracker_.settle(kUnit, {});
    EXPECT_FALSE(tracker_.foreign(kUnit));
}

TEST_F(JobTrackerTest, remembersNothingOfUnitsThatAreNotHealers) {
    tracker_.appeared({5, "nginx.service"});
    EXPECT_FALSE(tracker_.foreign("nginx.service"));
    EXPECT_EQ(tracker_.newest(), 5U);
}

TEST_F(JobTrackerTest, anOwnJobIsKnownUntilItIsForgotten) {
    tracker_.claim(kUnit, 5);
    tracker_.removed({5, kUnit, "done"});
    EXPECT_TRUE(tracker_.isOwn(5));
    tracker_.forget(5);
    EXPECT_FALSE(tracker_.isOwn(5));
}

TEST_F(JobTrackerTest, reportsTheEndToThoseThatStillWait) {
    const auto first = wait(5);
    const auto other = wait(6);
    { const auto dropped = wait(5); }
    tracker_.removed({5, kUnit, "failed"});
    ASSERT_EQ(results_.size(), 1U);
    EXPECT_EQ(results_.front(), "failed");
}

TEST_F(JobTrackerTest, anEarlierEndIsReportedAtOnce) {
    tracker_.removed({5, kUnit, "done"});
    EXPECT_FALSE(wait(5));
    ASSERT_EQ(results_.size(), 1U);
    EXPECT_EQ(results_.front(), "done");
}

TEST_F(JobTrackerTest, aBrokenConnectionEndsEveryWait) {
    const auto waiting = wait(5);
    tracker_.removed({4, kUnit, "done"});
    tracker_.lost();
    ASSERT_EQ(results_.size(), 1U);
    EXPECT_EQ(results_.front(), std::nullopt);
    const auto after = wait(4);
    EXPECT_EQ(results_.size(), 1U) << "numbers may be used again";
    EXPECT_EQ(tracker_.newest(), 0U);
}

TEST_F(JobTrackerTest, anAnswerMayDropOtherWaits) {
    std::shared_ptr<void> second;
    const auto first = tracker_.whenEnded(5, [&](const auto&) { second.reset(); });
    second = wait(5);
    tracker_.removed({5, kUnit, "done"});
    EXPECT_TRUE(results_.empty());
}

TEST_F(JobTrackerTest, aJobWhoseEndMayBeMissedExplainsNoLaterEnd) {
    tracker_.appeared({7, kUnit});
    EXPECT_TRUE(tracker_.foreign(kUnit));
    tracker_.lost();
    EXPECT_FALSE(tracker_.foreign(kUnit));
    EXPECT_TRUE(tracker_.mayHaveMissed(kUnit)) << "what became of it is asked";
    tracker_.heard(kUnit, core::TimePoint(std::chrono::seconds(5)));
    EXPECT_FALSE(tracker_.mayHaveMissed(kUnit));
    EXPECT_EQ(tracker_.heardAt(kUnit), core::TimePoint(std::chrono::seconds(5)));
}

} // namespace
} // namespace healer::systemd
