// SPDX-License-Identifier: Apache-2.0
// Every example is valid for the daemon as it is built, with all kinds of monitors.
#include "daemon/monitor_hosts.hpp"
#include "support/files.hpp"
#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <set>

namespace healer::daemon {
namespace {

/// The plan of a text that is valid without a warning.
core::Plan planOf(const std::string& name, const std::string& text) {
    const config::FakeFiles files;
    config::Environment who = config::as(config::kRoot, files);
    who.findUser = [](const std::string& user) -> core::Result<core::User> {
        return core::User{user, 65534, 65534, {65534}, "/", "/bin/false"};
    };
    const auto schemas = monitorSchemas();
    const auto yaml = config::readYaml(name, text);
    EXPECT_TRUE(yaml.document && yaml.errors.empty()) << config::format(yaml.errors);
    if (!yaml.document) {
        return {};
    }
    const auto outcome = config::compile({&*yaml.document, {}, schemas, true}, who);
    EXPECT_TRUE(outcome.plan) << config::format(outcome.findings.errors);
    EXPECT_THAT(outcome.findings.warnings, testing::IsEmpty()) << config::format(outcome.findings.warnings);
    return outcome.plan.value_or(core::Plan{});
}

TEST(Examples, EachIsValidWithoutAWarning) {
    std::set<std::string> kinds;
    int count = 0;
    for (const auto& file :
         std::filesystem::directory_iterator(std::string(HEALER_SOURCE_DIR) + "/config/examples")) {
        ++count;
        const core::Plan plan = planOf(file.path().filename(), test::readText(file.path()));
        EXPECT_FALSE(plan.processes.empty());
        for (const auto& process : plan.processes) {
            for (const auto& monitor : process->monitors) {
                kinds.insert(monitor.type);
            }
        }
    }
    EXPECT_GE(count, 7);
    for (const config::MonitorSchema& schema : monitorSchemas()) {
        EXPECT_TRUE(kinds.contains(std::string(schema.type)))
            << "no example has a monitor of type " << schema.type;
    }
}

TEST(Examples, ThoseOfTheMigrationGuideAreValidToo) {
    const std::string guide = test::readText(std::string(HEALER_SOURCE_DIR) + "/docs/migration.md");
    int count = 0;
    const std::string opening = "\n```yaml\n";
    for (std::size_t at = guide.find(opening); at != std::string::npos; at = guide.find(opening, at + 1)) {
        const std::size_t start = at + opening.size();
        const core::Plan plan =
            planOf("migration.md", guide.substr(start, guide.find("\n```\n", start) - start));
        EXPECT_EQ(plan.processes.size(), 1U);
        ++count;
    }
    EXPECT_EQ(count, 4);
}

} // namespace
} // namespace healer::daemon
