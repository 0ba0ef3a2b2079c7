// SPDX-License-Identifier: Apache-2.0
#include "config/plan_diff.hpp"

#include <gtest/gtest.h>

namespace healer::config {
namespace {

core::ProcessPlan process(const std::string& name) {
    core::ProcessPlan plan;
    plan.name = name;
    plan.command.path = "/usr/bin/" + name;
    plan.monitors = {{"ebpf", {{"interval_secs", core::Duration(std::chrono::seconds(30))}}, false}};
    return plan;
}

template <typename Change>
void edit(core::Plan& plan, std::size_t index, Change change) {
    core::ProcessPlan entry = *plan.processes[index];
    change(entry);
    plan.processes[index] = entry;
}

core::Plan planOf(const std::vector<std::string>& names) {
    core::Plan plan;
    for (const std::string& name : names) {
        plan.processes.push_back(process(name));
    }
    return plan;
}

TEST(PlanDiff, OfTheSamePlanIsEmpty) {
    EXPECT_TRUE(diff(planOf({"a", "b"}), planOf({"a", "b"})).empty());
}

TEST(PlanDiff, NamesWhatCameAndWent) {
    EXPECT_EQ(diff(planOf({"b", "d"}), planOf({"a", "b", "c"})), (PlanDiff{{"a", "c"}, {}, {"d"}, false}));
    EXPECT_EQ(diff(planOf({}), planOf({"a"})), (PlanDiff{{"a"}, {}, {}, false}));
    EXPECT_EQ(diff(planOf({"a"}), planOf({})), (PlanDiff{{}, {}, {"a"}, false}));
}

TEST(PlanDiff, NoticesAnyChangeInsideAnEntry) {
    const auto before = planOf({"a", "b"});
    auto after = before;
    edit(after, 0, [](auto& entry) {
        entry.monitors[0].args["interval_secs"] = core::Duration(std::chrono::seconds(29));
    });
    EXPECT_EQ(diff(before, after), (PlanDiff{{}, {"a"}, {}, false}));
    after = before;
    edit(after, 1, [](auto& entry) { entry.command.user.groups.push_back(7); });
    EXPECT_EQ(diff(before, after), (PlanDiff{{}, {"b"}, {}, false}));
}

TEST(PlanDiff, InheritedValuesCountWhereTheyTakeEffect) {
    auto before = planOf({"a", "b"});
    edit(before, 1, [](auto& entry) { entry.command.output = "/var/log/b.log"; });
    auto after = before;
    after.launch = core::LaunchMode::direct;
    EXPECT_EQ(diff(before, after), (PlanDiff{{}, {"a", "b"}, {}, true}));
    after = before;
    after.logDirectory = "/var/log/healer";
    EXPECT_EQ(diff(before, after), (PlanDiff{{}, {"a"}, {}, true}));
    before.launch = after.launch = core::LaunchMode::service;
    EXPECT_EQ(diff(before, after), (PlanDiff{{}, {}, {}, true}));
}

TEST(PlanDiff, OtherSettingsLeaveProcessesAlone) {
    const auto before = planOf({"a"});
    auto after = before;
    after.logLevel = core::LogLevel::debug;
    after.observeOnly = true;
    after.pidFileDirectory = "/run/healer";
    EXPECT_EQ(diff(before, after), (PlanDiff{{}, {}, {}, true}));
}

} // namespace
} // namespace healer::config
