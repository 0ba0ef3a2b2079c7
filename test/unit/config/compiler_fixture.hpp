// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace healer::config {

/// Compiles texts on a fake file system, as root unless a test says otherwise.
class CompilerTest : public testing::Test {
protected:
    std::vector<std::string> errors(const std::string& text, const core::User& self = kRoot) {
        const auto outcome = compileText(text, as(self, files));
        EXPECT_EQ(outcome.plan.has_value(), outcome.findings.errors.empty());
        return lines(outcome.findings.errors);
    }
    core::Plan plan(const std::string& text, const core::User& self = kRoot) {
        const auto outcome = compileText(text, as(self, files));
        EXPECT_THAT(lines(outcome.findings.errors), testing::IsEmpty());
        return outcome.plan.value_or(core::Plan{});
    }
    /// A valid entry; further keys of it may follow, from line 6 on.
    static std::string entry(const std::string& more = "") {
        return "processes:\n"
               "  - name: web\n"
               "    command: /usr/bin/web\n"
               "    run_as_user: web\n"
               "    monitor: {type: ebpf}\n" +
               more;
    }

    FakeFiles files;
};

} // namespace healer::config
