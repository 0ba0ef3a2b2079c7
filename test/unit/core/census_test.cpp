// SPDX-License-Identifier: Apache-2.0
#include "core/census.hpp"

#include <gtest/gtest.h>

namespace healer::core {
namespace {

ProcessView viewOf(State state, bool up) {
    ProcessView view;
    view.state = state;
    if (up) {
        view.instance = ProcessKey{1, 1};
    }
    return view;
}

TEST(Census, countsWhatIsAddedAndForgetsWhatIsRemoved) {
    Census census;
    census.add(viewOf(State::running, true));
    census.add(viewOf(State::tripped, false));
    census.add(viewOf(State::recovering, false));
    census.add(viewOf(State::starting, false));
    EXPECT_EQ(census.total, 4U);
    EXPECT_EQ(census.up, 1U);
    EXPECT_EQ(census.down, 2U);
    EXPECT_EQ(census.tripped, 1U);
    EXPECT_EQ(census.underWay, 2U);
    census.remove(viewOf(State::tripped, false));
    census.remove(viewOf(State::running, true));
    census.remove(viewOf(State::recovering, false));
    census.remove(viewOf(State::starting, false));
    EXPECT_EQ(census, Census{});
}

} // namespace
} // namespace healer::core
