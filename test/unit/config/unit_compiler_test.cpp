// SPDX-License-Identifier: Apache-2.0
#include "config/compiler.hpp"

#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>

namespace healer::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class UnitEntry : public testing::Test {
protected:
    static std::string entry(const std::string& unit, const std::string& more = "") {
        return "processes:\n  - name: web\n    unit: " + unit + "\n" + more;
    }
    std::vector<std::string> errors(const std::string& text) {
        return lines(compileText(text, as(kRoot, files)).findings.errors);
    }
    core::ProcessPlan process(const std::string& text) {
        const auto outcome = compileText(text, as(kRoot, files));
        EXPECT_THAT(lines(outcome.findings.errors), testing::IsEmpty());
        return outcome.plan ? *outcome.plan->processes.at(0) : core::ProcessPlan{};
    }

    FakeFiles files;
};

TEST_F(UnitEntry, NeedsNothingButItsName) {
    const auto plan = process(entry("nginx"));
    EXPECT_EQ(plan.unit, "nginx.service");
    EXPECT_EQ(plan.command, core::CommandPlan{});
    ASSERT_EQ(plan.monitors.size(), 1U);
    EXPECT_EQ(plan.monitors[0].type, "unit");
    EXPECT_EQ(std::get<std::string>(plan.monitors[0].args.at("unit")), "nginx.service");
}

TEST_F(UnitEntry, TakesInstancesAndOtherTypes) {
    EXPECT_EQ(process(entry("getty@tty1")).unit, "getty@tty1.service");
    EXPECT_EQ(process(entry("docker.socket")).unit, "docker.socket");
    EXPECT_EQ(process(entry("redis-6.2")).unit, "redis-6.2.service");
}

TEST_F(UnitEntry, RefusesWhatIsNoUnit) {
    EXPECT_THAT(errors(entry("'nginx*'")), ElementsAre(HasSubstr("not a pattern")));
    EXPECT_THAT(errors(entry("/etc/systemd/system/nginx.service")), ElementsAre(HasSubstr("not a path")));
    EXPECT_THAT(errors(entry("user.slice")), ElementsAre(HasSubstr("not 'user.slice'")));
    EXPECT_THAT(errors(entry("getty@.service")), ElementsAre(HasSubstr("'getty@1.service'")));
    EXPECT_THAT(errors(entry("'a b'")), ElementsAre(HasSubstr("is not the name of a unit")));
    EXPECT_THAT(errors(entry("healer-web.service")), ElementsAre(HasSubstr("belongs to Healer itself")));
    EXPECT_THAT(errors(entry("healer")), ElementsAre(HasSubstr("belongs to Healer itself")));
}

TEST_F(UnitEntry, RefusesTheKeysOfACommand) {
    EXPECT_THAT(errors(entry("nginx", "    command: /usr/bin/web\n")),
                ElementsAre("c.yaml:3:11: processes[web].unit: give either command or unit, not both"));
    EXPECT_THAT(errors(entry("nginx", "    args: [a]\n    output: /tmp/x\n")),
                ElementsAre(HasSubstr("processes[web].args: belongs to a command"),
                            HasSubstr("processes[web].output: belongs to a command")));
    EXPECT_THAT(errors(entry("nginx", "    run_as_user: web\n")),
                ElementsAre(HasSubstr("processes[web].run_as_user: belongs to a command")));
}

TEST_F(UnitEntry, RefusesMonitorsThatFollowACommand) {
    EXPECT_THAT(errors(entry("nginx", "    monitor: {type: ebpf}\n")),
                ElementsAre(HasSubstr("a monitor of type ebpf follows a command")));
}

TEST_F(UnitEntry, TwoEntriesCannotShareAUnit) {
    EXPECT_THAT(errors(entry("nginx", "  - {name: web2, unit: nginx.service}\n")),
                ElementsAre("c.yaml:4:24: processes[web2].unit: the unit 'nginx.service' is already used at "
                            "c.yaml:3:11"));
}

TEST_F(UnitEntry, TakesItsDependenciesFromItsUnitFileWhenAsked) {
    EXPECT_TRUE(process(entry("web", "    dependencies: auto\n")).unitDependencies);
    EXPECT_FALSE(process(entry("web", "    dependencies: []\n")).unitDependencies);
    EXPECT_THAT(errors(entry("web", "    dependencies: atuo\n")),
                ElementsAre(HasSubstr("must be a list of dependencies, or auto")));
    EXPECT_THAT(errors("processes:\n  - {name: web, command: /usr/bin/web, run_as_user: web, monitor: {type: "
                       "ebpf}, dependencies: auto}\n"),
                ElementsAre(HasSubstr("auto takes over what a unit file says")));
}

} // namespace
} // namespace healer::config
