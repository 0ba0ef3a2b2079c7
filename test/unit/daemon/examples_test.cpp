// SPDX-License-Identifier: Apache-2.0
// Every example is valid for the daemon as it is built, with all kinds of monitors.
#include "daemon/monitor_hosts.hpp"
#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <set>

namespace healer::daemon {
namespace {

TEST(Examples, EachIsValidWithoutAWarning) {
    const config::FakeFiles files;
    config::Surroundings who = config::as(config::kRoot, files);
    who.findUser = [](const std::string& name) -> core::Result<core::User> {
        return core::User{name, 65534, 65534, {65534}, "/", "/bin/false"};
    };
    const auto schemas = monitorSchemas();
    std::set<std::string> kinds;
    int count = 0;
    for (const auto& file :
         std::filesystem::directory_iterator(std::string(HEALER_SOURCE_DIR) + "/config/examples")) {
        ++count;
        const auto yaml = config::readYaml(file.path().filename(), config::slurp(file.path()));
        ASSERT_TRUE(yaml.document && yaml.errors.empty()) << config::format(yaml.errors);
        const auto outcome = config::compile({&*yaml.document, {}, schemas, true}, who);
        ASSERT_TRUE(outcome.plan) << config::format(outcome.findings.errors);
        EXPECT_THAT(outcome.findings.warnings, testing::IsEmpty())
            << config::format(outcome.findings.warnings);
        EXPECT_FALSE(outcome.plan->processes.empty());
        for (const auto& process : outcome.plan->processes) {
            for (const auto& monitor : process->monitors) {
                kinds.insert(monitor.type);
            }
        }
    }
    EXPECT_GE(count, 6);
    EXPECT_THAT(kinds, testing::UnorderedElementsAre("ebpf", "exec", "network", "pid", "unit"));
}

} // namespace
} // namespace healer::daemon
