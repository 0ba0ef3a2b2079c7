// SPDX-License-Identifier: Apache-2.0
#include "daemon/check_report.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

namespace healer::daemon {
namespace {

using nlohmann::json;

TEST(CheckReport, OfAValidFileHasWhatWouldBeWatched) {
    config::LoadedConfig loaded;
    core::ProcessPlan web;
    web.name = "web";
    web.command.path = "/usr/bin/web";
    web.command.args = {"-p", "\x1b"};
    web.command.user.name = "worker";
    web.command.environment = {{"TOKEN", "secret"}};
    web.monitors = {core::MonitorPlan{"ebpf", {}, false}};
    core::ProcessPlan db;
    db.name = "db";
    db.unit = "postgresql.service";
    db.enabled = false;
    loaded.plan.processes = {db, web};
    loaded.warnings = {{"a.yaml", {}, "", "odd", ""}};
    const std::string text = checkReport("a.yaml", loaded);
    EXPECT_EQ(text.find_first_of("\n\x1b"), std::string::npos);
    EXPECT_EQ(text.find("secret"), std::string::npos);
    const json report = json::parse(text);
    EXPECT_EQ(report["valid"], true);
    EXPECT_EQ(report["processes"][0], (json{{"name", "db"},
                                            {"enabled", false},
                                            {"monitors", json::array()},
                                            {"unit", "postgresql.service"}}));
    EXPECT_EQ(report["processes"][1]["command"], (json{"/usr/bin/web", "-p", "\x1b"}));
    EXPECT_EQ(report["warnings"][0]["message"], "odd");
    EXPECT_TRUE(report["errors"].empty());
}

TEST(CheckReport, OfAnInvalidFileHasEveryErrorWithItsPlace) {
    const std::vector<config::Diagnostic> errors{
        {"a.yaml", {3, 5}, "processes[web].comand", "unknown key", "command"}};
    const json report = json::parse(checkReport("a.yaml", errors));
    EXPECT_EQ(report["valid"], false);
    EXPECT_EQ(report["errors"][0], (json{{"file", "a.yaml"},
                                         {"line", 3},
                                         {"column", 5},
                                         {"key", "processes[web].comand"},
                                         {"message", "unknown key"},
                                         {"suggestion", "command"}}));
}

} // namespace
} // namespace healer::daemon
