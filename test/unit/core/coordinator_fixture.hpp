// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit/core/world.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace healer::core::test {

using event::Verb;

/// One process on a pretended machine.
class CoordinatorTest : public testing::Test {
protected:
    World& up(ProcessPlan plan = processPlan("web")) {
        world.emplace(planOf({std::move(plan)}));
        world->begin();
        world->pass(1s);
        EXPECT_EQ(world->state("web"), State::running);
        return *world;
    }
    World& tripped(ProcessPlan plan = processPlan("web")) {
        World& w = up(std::move(plan));
        for (int i = 0; i < 4; ++i) {
            w.kill("web");
            w.pass(1s);
        }
        EXPECT_EQ(w.state("web"), State::tripped);
        return w;
    }
    std::optional<World> world;
};

} // namespace healer::core::test
