// SPDX-License-Identifier: Apache-2.0
#include "runtime/spawn/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace healer::runtime {
namespace {

TEST(Environment, holdsPathLangTheUserAndThePlanAndNothingElse) {
    setenv("PATH", "/bin", 1);
    unsetenv("LANG");
    setenv("SECRET", "x", 1);
    core::CommandPlan command;
    command.user = {"www", 33, 33, {33}, "/var/www", "/bin/sh"};
    command.environment = {{"COLOUR", "green"}, {"HOME", "/elsewhere"}};
    EXPECT_THAT(environmentFor(command),
                testing::ElementsAre("COLOUR=green", "HOME=/elsewhere", "LOGNAME=www", "PATH=/bin",
                                     "SHELL=/bin/sh", "USER=www"));
}

} // namespace
} // namespace healer::runtime
