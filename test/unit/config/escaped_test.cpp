// SPDX-License-Identifier: Apache-2.0
#include "config/describe.hpp"
#include "config/diagnostic.hpp"
#include "config/utf8.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace healer::config {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Escaped, AreControlCharactersAndInvalidText) {
    EXPECT_EQ(escaped("plain \xc3\xbc \xe2\x82\xac"), "plain \xc3\xbc \xe2\x82\xac");
    EXPECT_EQ(escaped("\x1b[2J\n\x7f"), "\\x1b[2J\\x0a\\x7f");
    EXPECT_EQ(escaped("\xc2\x9b"
                      "2J\xc2\xa0"),
              "\\xc2\\x9b2J\xc2\xa0");
    EXPECT_EQ(escaped("\x9b\xff\xe2\x82"), "\\x9b\\xff\\xe2\\x82");
    EXPECT_EQ(escaped(""), "");
}

TEST(Escaped, AreErrorsAndDescriptionsOfAConfiguration) {
    const std::string hostile = "x\xc2\x9b"
                                "2J\x1b";
    EXPECT_THAT(format(Diagnostic{hostile, {1, 1}, hostile, hostile, hostile}), Not(HasSubstr("\x9b")));
    core::ProcessPlan process;
    process.name = "web";
    process.command.path = "/usr/bin/web";
    process.command.args = {hostile};
    core::Plan plan;
    plan.processes.emplace_back(std::move(process));
    EXPECT_THAT(describePlan(plan), HasSubstr("x\\xc2\\x9b2J\\x1b"));
}

} // namespace
} // namespace healer::config
