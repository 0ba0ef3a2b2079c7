// SPDX-License-Identifier: Apache-2.0
#include "core/absence.hpp"

#include <gtest/gtest.h>

namespace healer::core {
namespace {

TEST(Absence, isOnlyThereWhenAllObserversSaySo) {
    Absence absence(2);
    EXPECT_FALSE(absence.report(0));
    EXPECT_FALSE(absence.report(0));
    EXPECT_TRUE(absence.report(1));
}

TEST(Absence, isReportedOnceForEachQuestion) {
    Absence absence(2);
    EXPECT_FALSE(absence.report(0));
    EXPECT_TRUE(absence.report(1));
    EXPECT_FALSE(absence.report(1));
    absence.ask();
    EXPECT_FALSE(absence.report(1));
    EXPECT_TRUE(absence.report(0));
}

} // namespace
} // namespace healer::core
