// SPDX-License-Identifier: Apache-2.0
#include "launch/direct/start_gate.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace healer::launch::direct {
namespace {

using namespace std::chrono_literals;

class StartGateTest : public testing::Test {
protected:
    static std::string nameOf(std::size_t number) { return "p" + std::to_string(number); }
    void enter(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            gate.enter(nameOf(i));
        }
    }

    runtime::Loop loop{runtime::Loop::Time::simulated};
    std::vector<std::string> started;
    StartGate gate{loop, [this](const std::string& name) { started.push_back(name); }};
};

TEST_F(StartGateTest, aFewAreUnderWayAndTheOthersFollowInOrder) {
    enter(StartGate::kMost + 2);
    ASSERT_EQ(started.size(), StartGate::kMost);
    gate.leave(nameOf(7));
    ASSERT_EQ(started.size(), StartGate::kMost + 1);
    EXPECT_EQ(started.back(), nameOf(StartGate::kMost));
    gate.leave(nameOf(0));
    EXPECT_EQ(started.back(), nameOf(StartGate::kMost + 1));
}

TEST_F(StartGateTest, oneThatIsNoLongerWantedIsNotStarted) {
    enter(StartGate::kMost + 2);
    gate.leave(nameOf(StartGate::kMost));
    EXPECT_EQ(started.size(), StartGate::kMost) << "those that wait have no place";
    gate.leave(nameOf(0));
    EXPECT_EQ(started.back(), nameOf(StartGate::kMost + 1));
}

TEST_F(StartGateTest, thoseThatDoNotGetOnHoldNobodyUp) {
    enter(3 * StartGate::kMost);
    while (started.size() < 3 * StartGate::kMost && loop.runOnce(1s)) {
    }
    EXPECT_EQ(started.size(), 3 * StartGate::kMost);
    EXPECT_LE(loop.now().time_since_epoch(), 1s);
}

TEST_F(StartGateTest, slowStartsAreWaitedForWhileOthersGetOn) {
    enter(2 * StartGate::kMost);
    for (std::size_t i = 0; i < 4; ++i) {
        loop.runOnce(60ms);
        gate.leave(nameOf(i));
    }
    EXPECT_EQ(started.size(), StartGate::kMost + 4);
}

TEST_F(StartGateTest, aStartMayBeOverAtOnce) {
    StartGate* own = nullptr;
    std::size_t count = 0;
    StartGate quick(loop, [&](const std::string& name) {
        ++count;
        own->leave(name);
    });
    own = &quick;
    quick.enter("a");
    quick.enter("b");
    EXPECT_EQ(count, 2U);
}

} // namespace
} // namespace healer::launch::direct
