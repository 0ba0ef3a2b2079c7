// SPDX-License-Identifier: Apache-2.0
#include "launch/service/launch_decision.hpp"

#include <gtest/gtest.h>

namespace healer::launch::service {
namespace {

systemd::UnitState loaded(std::string active, std::uint32_t job = 0, std::string jobType = "") {
    return {true, true, "", std::move(active), job, std::move(jobType)};
}

constexpr LaunchCircumstances kSame{.restartable = true};
constexpr LaunchCircumstances kOther{};
constexpr LaunchCircumstances kForeign{.foreignJob = true, .restartable = true};

TEST(LaunchDecision, anUnknownUnitIsMade) {
    EXPECT_EQ(nextStep({}, kOther), LaunchStep::startNew);
}

TEST(LaunchDecision, aDeadUnitOfTheSameSettingsIsRestarted) {
    for (const char* state : {"failed", "inactive", "deactivating"}) {
        EXPECT_EQ(nextStep(loaded(state), kSame), LaunchStep::restart) << state;
    }
}

TEST(LaunchDecision, aDeadUnitOfOtherSettingsIsMadeAnew) {
    EXPECT_EQ(nextStep(loaded("failed"), kOther), LaunchStep::resetThenNew);
    EXPECT_EQ(nextStep(loaded("inactive"), kOther), LaunchStep::resetThenNew);
    EXPECT_EQ(nextStep(loaded("deactivating"), kOther), LaunchStep::stopThenNew);
}

TEST(LaunchDecision, aDeadUnitThatOthersKeepLoadedIsForgotten) {
    EXPECT_EQ(nextStep(loaded("failed"), {.pinned = true}), LaunchStep::forgetThenNew);
    EXPECT_EQ(nextStep(loaded("inactive"), {.pinned = true}), LaunchStep::forgetThenNew);
    EXPECT_EQ(nextStep(loaded("inactive", 7, "start"), {.pinned = true}), LaunchStep::resetThenNew);
    EXPECT_EQ(nextStep(loaded("inactive"), {.restartable = true, .pinned = true}), LaunchStep::restart);
}

TEST(LaunchDecision, aRunningUnitIsInspectedUnlessItsMainProcessIsKnownToBeGone) {
    for (const char* state : {"active", "activating", "reloading"}) {
        EXPECT_EQ(nextStep(loaded(state), kSame), LaunchStep::inspectMain) << state;
        EXPECT_EQ(nextStep(loaded(state), {.restartable = true, .predecessorWasMain = true}),
                  LaunchStep::restart)
            << state;
        EXPECT_EQ(nextStep(loaded(state), {.predecessorWasMain = true}), LaunchStep::stopThenNew) << state;
    }
}

TEST(LaunchDecision, whatSomebodyStoppedStaysStopped) {
    EXPECT_EQ(nextStep({}, kForeign), LaunchStep::stoppedOnPurpose) << "unloaded after the stop";
    for (const char* state : {"failed", "inactive", "deactivating"}) {
        EXPECT_EQ(nextStep(loaded(state), kForeign), LaunchStep::stoppedOnPurpose) << state;
    }
    EXPECT_EQ(nextStep(loaded("active", 7, "stop"), kForeign), LaunchStep::stoppedOnPurpose);
}

TEST(LaunchDecision, whatSomebodyRestartsIsTakenOver) {
    EXPECT_EQ(nextStep(loaded("deactivating", 7, "restart"), kForeign), LaunchStep::awaitJob);
    EXPECT_EQ(nextStep(loaded("activating", 7, "start"), kForeign), LaunchStep::awaitJob);
    EXPECT_EQ(nextStep(loaded("active"), kForeign), LaunchStep::inspectMain);
    EXPECT_EQ(nextStep(loaded("active"), {.foreignJob = true, .predecessorWasMain = true}),
              LaunchStep::inspectMain);
}

} // namespace
} // namespace healer::launch::service
