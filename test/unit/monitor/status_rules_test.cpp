// SPDX-License-Identifier: Apache-2.0
// What the exit statuses of a probe's program mean.
#include "monitor/exec/status_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace healer::monitor::exec {
namespace {

using probe::Verdict;

core::MonitorPlan plan(std::map<std::string, std::string> settings) {
    core::MonitorPlan result{.type = "exec", .args = {{"command", std::string("/bin/x")}}};
    for (auto& [key, value] : settings) {
        result.args[key] = value;
    }
    return result;
}

/// For each status from 0: p(asses), w(arns), f(ails), - says nothing.
std::string meanings(const core::MonitorPlan& settings, std::initializer_list<int> statuses) {
    const auto rules = StatusRules::of(settings);
    std::string text;
    for (const int status : statuses) {
        const auto finding = rules.judge(core::exitFromWaitStatus(status << 8), "said");
        text += finding.verdict == Verdict::unknown  ? '-'
                : finding.verdict == Verdict::failed ? 'f'
                : finding.reason.empty()             ? 'p'
                                                     : 'w';
    }
    return text;
}

TEST(StatusRules, ZeroPassesAndAllElseFailsButWhatAShellCannotRun) {
    EXPECT_EQ(meanings(plan({}), {0, 1, 2, 3, 125, 126, 127, 128, 255}), "pffff--ff");
    EXPECT_EQ(meanings(plan({{"convention", "plain"}}), {0, 1, 127}), "pf-");
}

TEST(StatusRules, NagiosPluginsWarnFailAndCannotTell) {
    EXPECT_EQ(meanings(plan({{"convention", "nagios"}}), {0, 1, 2, 3, 4, 126, 127, 255}), "pwf-----");
}

TEST(StatusRules, ListsComeBeforeTheConvention) {
    EXPECT_EQ(meanings(plan({{"warn_status", "1"}, {"silent_status", "3-4"}}), {0, 1, 2, 3, 4, 5}), "pwf--f");
    EXPECT_EQ(meanings(plan({{"fail_status", "2"}}), {0, 1, 2, 3}), "p-f-") << "only what is listed fails";
    EXPECT_EQ(meanings(plan({{"fail_status", "127"}}), {0, 127}), "pf");
    EXPECT_EQ(meanings(plan({{"fail_status", "0"}}), {0, 1}), "f-");
    EXPECT_EQ(meanings(plan({{"convention", "nagios"}, {"fail_status", "1-2"}}), {0, 1, 2, 3}), "pff-");
    EXPECT_EQ(meanings(plan({{"fail_status", "1"}, {"warn_status", "1"}}), {1}), "f");
}

TEST(StatusRules, WhatIsKilledHasFailed) {
    const auto finding =
        StatusRules::of(plan({{"convention", "nagios"}})).judge(core::exitFromWaitStatus(11), "");
    EXPECT_EQ(finding.verdict, Verdict::failed);
    EXPECT_EQ(finding.reason, "killed by SIGSEGV");
}

TEST(StatusRules, TheOutputIsPartOfTheReason) {
    EXPECT_EQ(StatusRules::of(plan({})).judge(core::exitFromWaitStatus(0x200), "no space").reason,
              "exited with status 2: no space");
}

TEST(StatusRules, ListsAreChecked) {
    for (const char* good : {"0", "1,3-4", "255"}) {
        EXPECT_FALSE(checkStatuses(std::string(good))) << good;
    }
    for (const char* bad : {"", "256", "-1", "2-1", "a"}) {
        EXPECT_TRUE(checkStatuses(std::string(bad))) << bad;
    }
}

TEST(StatusRules, PluginsAreRecognisedAndSettledOnesAreNot) {
    EXPECT_TRUE(adviceOn(plan({{"command", "/usr/lib/nagios/plugins/check_http"}})));
    EXPECT_TRUE(adviceOn(plan({{"command", "/opt/check_queue.sh"}})));
    EXPECT_FALSE(adviceOn(plan({{"command", "/opt/recheck_queue"}})));
    EXPECT_FALSE(adviceOn(plan({{"command", "/opt/check_queue"}, {"convention", "plain"}})));
    EXPECT_FALSE(adviceOn(plan({{"command", "/opt/check_queue"}, {"fail_status", "2"}})));
    auto shell = plan({{"command", "/bin/sh"}});
    shell.args["args"] = std::vector<std::string>{"-c", "/usr/lib/nagios/plugins/check_disk -w 10%"};
    EXPECT_TRUE(adviceOn(shell));
}

} // namespace
} // namespace healer::monitor::exec
