// SPDX-License-Identifier: Apache-2.0
#include "runtime/confinement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace healer::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string status(const std::string& bounding, int noNewPrivileges, int seccomp, int filters) {
    return "Name:\tx\nCapInh:\t0000000000000000\nCapBnd:\t" + bounding + "\nNoNewPrivs:\t" +
           std::to_string(noNewPrivileges) + "\nSeccomp:\t" + std::to_string(seccomp) +
           "\nSeccomp_filters:\t" + std::to_string(filters) + "\n";
}

TEST(Confinement, isWhatOneHasMoreThanPid1) {
    const std::string init = status("000001ffffffffff", 0, 0, 0);
    EXPECT_THAT(confinement(init, init), IsEmpty());
    EXPECT_THAT(confinement(status("000001fffffffffe", 0, 0, 0), init),
                ElementsAre("root lacks 1 capability"));
    EXPECT_THAT(confinement(status("000000c0000800e2", 1, 2, 33), init),
                ElementsAre("setuid programs gain nothing", "root lacks 34 capabilities",
                            "system calls are filtered"));
}

TEST(Confinement, doesNotBlameWhatTheContainerDoesToPid1Too) {
    const std::string init = status("00000000a80425fb", 1, 2, 1);
    EXPECT_THAT(confinement(init, init), IsEmpty());
    EXPECT_THAT(confinement(status("00000000a80425fb", 1, 2, 2), init),
                ElementsAre("system calls are filtered"));
}

TEST(Confinement, isNoneWhereNothingCanBeRead) {
    EXPECT_THAT(confinement(status("0000000000000000", 1, 2, 3), ""), IsEmpty());
    EXPECT_THAT(confinement("", status("000001ffffffffff", 0, 0, 0)), IsEmpty());
    EXPECT_THAT(confinement("CapBnd:", "\nCapBnd:\t"), IsEmpty());
}

TEST(Confinement, hintsOnlyAtReadOnlyPlaces) {
    EXPECT_EQ(confinementHint(EACCES), "");
    EXPECT_EQ(confinementHint(0), "");
}

} // namespace
} // namespace healer::runtime
