// SPDX-License-Identifier: Apache-2.0
#include "systemd/job_tracker.hpp"

#include <gtest/gtest.h>

namespace healer::systemd {
namespace {

TEST(JobTracker, aJobIsForeignUntilItIsClaimed) {
    JobTracker ledger;
    EXPECT_FALSE(ledger.foreign("healer-a.service"));
    ledger.appeared("healer-a.service", 5);
    EXPECT_TRUE(ledger.foreign("healer-a.service"));
    EXPECT_FALSE(ledger.foreign("healer-b.service"));
    ledger.claim("healer-a.service", 5);
    EXPECT_FALSE(ledger.foreign("healer-a.service"));
    EXPECT_TRUE(ledger.isOwn("healer-a.service", 5));
}

TEST(JobTracker, aClaimBeforeTheSignalHoldsToo) {
    JobTracker ledger;
    ledger.claim("u", 5);
    ledger.appeared("u", 5);
    EXPECT_FALSE(ledger.foreign("u"));
}

TEST(JobTracker, oneClaimDoesNotCoverAnotherJob) {
    JobTracker ledger;
    ledger.appeared("u", 5);
    ledger.appeared("u", 6);
    ledger.claim("u", 6);
    EXPECT_TRUE(ledger.foreign("u"));
}

TEST(JobTracker, aForeignJobStaysForeignAfterItsEnd) {
    JobTracker ledger;
    ledger.appeared("u", 5);
    ledger.removed("u", 5, "done");
    EXPECT_TRUE(ledger.foreign("u"));
    ledger.settle("u");
    EXPECT_FALSE(ledger.foreign("u"));
}

TEST(JobTracker, keepsResultsUntilTheNextChapter) {
    JobTracker ledger;
    EXPECT_EQ(ledger.resultOf("u", 5), std::nullopt);
    ledger.removed("u", 5, "failed");
    EXPECT_EQ(ledger.resultOf("u", 5), "failed");
    ledger.settle("u");
    EXPECT_EQ(ledger.resultOf("u", 5), std::nullopt);
}

} // namespace
} // namespace healer::systemd
