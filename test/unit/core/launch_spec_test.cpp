// SPDX-License-Identifier: Apache-2.0
#include "core/launch_spec.hpp"

#include <gtest/gtest.h>

namespace healer::core {
namespace {

constexpr LaunchFacilities kSystemd{.systemd = true};

Plan planOf(LaunchMode mode) {
    Plan plan;
    plan.launch = mode;
    plan.logDirectory = "/var/log/healer";
    return plan;
}

ProcessPlan process(const std::string& name) {
    ProcessPlan process;
    process.name = name;
    process.command.path = "/usr/bin/web";
    return process;
}

TEST(Placement, followsTheModeWhereSystemdIsThere) {
    const auto web = process("web");
    const Placement service{"service", "healer-web.service"};
    const Placement direct{"direct", ""};
    EXPECT_EQ(placementOf(planOf(LaunchMode::automatic), web, kSystemd), service);
    EXPECT_EQ(placementOf(planOf(LaunchMode::service), web, kSystemd), service);
    EXPECT_EQ(placementOf(planOf(LaunchMode::direct), web, kSystemd), direct);
    EXPECT_EQ(placementOf(planOf(LaunchMode::service), web, {}), direct);
}

TEST(Placement, anExistingUnitIsItsOwnPlaceInEveryMode) {
    auto web = process("web");
    web.unit = "nginx.service";
    const Placement unit{"unit", "nginx.service"};
    EXPECT_EQ(placementOf(planOf(LaunchMode::direct), web, {}), unit);
    EXPECT_EQ(placementOf(planOf(LaunchMode::automatic), web, kSystemd), unit);
}

TEST(Placement, theUnitIsEscapedForEveryone) {
    const auto web = process("web@1");
    EXPECT_EQ(placementOf(planOf(LaunchMode::automatic), web, kSystemd).unit, "healer-web\\x401.service");
    EXPECT_EQ(transientUnitOf(web, kSystemd), "healer-web\\x401.service");
}

TEST(Placement, whatRunsInTheTransientUnitCountsInEveryMode) {
    auto web = process("web");
    EXPECT_EQ(transientUnitOf(web, kSystemd), "healer-web.service");
    EXPECT_EQ(transientUnitOf(web, {}), "");
    web.unit = "nginx.service";
    EXPECT_EQ(transientUnitOf(web, kSystemd), "");
}

TEST(Command, writesBelowTheLogDirectoryOnlyWhenStartedDirectly) {
    auto web = process("web");
    const auto plan = planOf(LaunchMode::automatic);
    EXPECT_EQ(commandFor(plan, web, {"direct", ""}).output, "/var/log/healer/web.log");
    EXPECT_EQ(commandFor(plan, web, {"service", "healer-web.service"}).output, std::nullopt);
    EXPECT_EQ(commandFor(Plan{}, web, {"direct", ""}).output, std::nullopt);
    web.command.output = "/tmp/own";
    EXPECT_EQ(commandFor(plan, web, {"direct", ""}).output, "/tmp/own");
}

TEST(MayFork, isSoWhereAMonitorConfirmsTheStart) {
    auto web = process("web");
    web.monitors = {{"ebpf", {}, false}};
    EXPECT_FALSE(mayFork(web));
    web.monitors.push_back({"pid", {}, true});
    EXPECT_TRUE(mayFork(web));
}

} // namespace
} // namespace healer::core
