// SPDX-License-Identifier: Apache-2.0
#include "unit/config/compiler_fixture.hpp"

#include <gmock/gmock.h>

namespace healer::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using testing::HasSubstr;

using ProcessEntry = CompilerTest;

TEST_F(ProcessEntry, ChecksNames) {
    EXPECT_THAT(
        errors("processes:\n  - name: a/b\n    command: /usr/bin/a\n    run_as_user: web\n"
               "    monitor: {type: ebpf}\n"
               "  - command: /usr/bin/b\n    run_as_user: web\n    monitor: {type: ebpf}\n"
               "  - 7\n"),
        ElementsAre("c.yaml:2:11: processes[0].name: must be 1 to 64 of the characters A-Z a-z 0-9 _ . @ "
                    "-, not 'a/b'",
                    "c.yaml:6:5: processes[1].name: is required",
                    "c.yaml:9:5: processes[2]: must be a mapping of keys to values"));
    EXPECT_THAT(
        errors(entry("  - name: web\n    command: /usr/bin/b\n    run_as_user: web\n"
                     "    monitor: {type: ebpf}\n")),
        ElementsAre("c.yaml:6:11: processes[web].name: the name 'web' is already used at c.yaml:2:11"));
}

TEST_F(ProcessEntry, ChecksTheCommand) {
    const auto withCommand = [](const std::string& command) {
        return "processes:\n  - name: web\n    command: " + command +
               "\n    run_as_user: web\n    monitor: {type: ebpf}\n";
    };
    files.set("/usr/bin/gone", core::Error{"does not exist"});
    files.set("/usr/bin/text", FileFacts{FileKind::regular, 0644, 0, {}});
    EXPECT_THAT(errors(withCommand("nginx")),
                ElementsAre("c.yaml:3:14: processes[web].command: must be an absolute path, 'nginx' is not"));
    EXPECT_THAT(errors(withCommand("/usr/bin/gone")),
                ElementsAre("c.yaml:3:14: processes[web].command: '/usr/bin/gone' does not exist"));
    EXPECT_THAT(errors(withCommand("/usr/bin")),
                ElementsAre("c.yaml:3:14: processes[web].command: '/usr/bin' is not a regular file"));
    EXPECT_THAT(errors(withCommand("/usr/bin/text")),
                ElementsAre("c.yaml:3:14: processes[web].command: '/usr/bin/text' is not executable"));
    EXPECT_THAT(errors(withCommand("\"/usr/bin/a\\nb\"")),
                ElementsAre("c.yaml:3:14: processes[web].command: the path contains control characters"));
    EXPECT_THAT(errors("processes:\n  - {name: web, run_as_user: web, monitor: {type: ebpf}}\n"),
                ElementsAre("c.yaml:2:5: processes[web].command: is required (or unit, for a unit of "
                            "systemd)"));
}

TEST_F(ProcessEntry, NeverRunsAsRootByAccident) {
    const auto withUser = [](const std::string& user) {
        return "processes:\n  - name: web\n    command: /usr/bin/web\n    monitor: {type: ebpf}\n" + user;
    };
    EXPECT_THAT(
        errors(withUser("")),
        ElementsAre("c.yaml:2:5: processes[web].run_as_user: is required unless run_as_root is true"));
    EXPECT_THAT(errors(withUser("    run_as_user: wbe\n")),
                ElementsAre("c.yaml:5:18: processes[web].run_as_user: there is no user 'wbe'"));
    EXPECT_THAT(errors(withUser("    run_as_user: root\n")),
                ElementsAre("c.yaml:5:18: processes[web].run_as_user: 'root' is root; to run as root, set "
                            "run_as_root: true instead"));
    EXPECT_THAT(errors(withUser("    run_as_root: true\n    run_as_user: web\n")),
                ElementsAre("c.yaml:6:18: processes[web].run_as_user: contradicts run_as_root: true"));
    EXPECT_EQ(plan(withUser("    run_as_root: true\n")).processes.at(0)->command.user, kRoot);
}

TEST_F(ProcessEntry, StaysWithItsOwnUserWhereItIsNotRoot) {
    const auto withUser = [](const std::string& user) {
        return "processes:\n  - name: web\n    command: /usr/bin/web\n    monitor: {type: ebpf}\n" + user;
    };
    EXPECT_EQ(plan(withUser(""), kBob).processes.at(0)->command.user, kBob);
    EXPECT_EQ(plan(withUser("    run_as_user: bob\n"), kBob).processes.at(0)->command.user, kBob);
    EXPECT_THAT(errors(withUser("    run_as_user: web\n"), kBob),
                ElementsAre("c.yaml:5:18: processes[web].run_as_user: Healer runs as 'bob' and cannot start "
                            "anything as 'web'"));
    EXPECT_THAT(errors(withUser("    run_as_root: true\n"), kBob),
                ElementsAre("c.yaml:5:18: processes[web].run_as_root: Healer runs as 'bob' and cannot start "
                            "anything as root"));
}

TEST_F(ProcessEntry, RunsNothingAsRootThatOthersCouldReplace) {
    const std::string asRoot = "processes:\n  - name: web\n    command: /srv/app/web\n    run_as_root: true\n"
                               "    monitor: {type: ebpf}\n";
    files.set("/srv/app", FileFacts{FileKind::directory, 0775, 0, {}});
    EXPECT_THAT(errors(asRoot), IsEmpty()) << "the group is root's";
    files.set("/srv/app", FileFacts{FileKind::directory, 0775, 0, {}, 0, true});
    EXPECT_THAT(errors(asRoot), ElementsAre(HasSubstr("by those in its access control list")));
    files.set("/srv/app", FileFacts{FileKind::directory, 0775, 0, {}, 50});
    EXPECT_THAT(errors(asRoot),
                ElementsAre("c.yaml:3:14: processes[web].command: must not run as root: /srv/app "
                            "can be written by its group"));
    files.set("/srv/app", FileFacts{FileKind::directory, 0755, 1000, {}});
    EXPECT_THAT(errors(asRoot),
                ElementsAre("c.yaml:3:14: processes[web].command: must not run as root: /srv/app "
                            "belongs to UID 1000, not to root"));
    files.set("/srv/app", FileFacts{FileKind::directory, 0755, 0, {}});
    files.set("/srv/app/web", FileFacts{FileKind::regular, 0777, 0, {}});
    EXPECT_THAT(errors(asRoot), ElementsAre("c.yaml:3:14: processes[web].command: must not run as root: "
                                            "/srv/app/web can be written by every user"));
    files.set("/srv/app/web", FileFacts{FileKind::regular, 0755, 0, {}});
    EXPECT_THAT(errors(asRoot), IsEmpty());
}

TEST_F(ProcessEntry, ChecksEnvironmentAndDirectories) {
    files.set("/srv/gone", core::Error{"does not exist"});
    EXPECT_THAT(errors(entry("    environment: {1A: x, B-C: y, D: [], E: }\n")),
                ElementsAre("c.yaml:6:37: processes[web].environment.D: must be text, not a list",
                            "c.yaml:6:41: processes[web].environment.E: must be text, not nothing"));
    EXPECT_THAT(
        errors(entry("    environment: {1A: x, B: y}\n")),
        ElementsAre("c.yaml:6:19: processes[web].environment.1A: not the name of an environment variable "
                    "(letters, digits and _, no digit first)"));
    EXPECT_THAT(
        errors(entry("    working_directory: /usr/bin/web\n")),
        ElementsAre("c.yaml:6:24: processes[web].working_directory: '/usr/bin/web' is not a directory"));
    EXPECT_THAT(
        errors(entry("    working_directory: /srv\n    working_dir: /tmp\n")),
        ElementsAre("c.yaml:7:18: processes[web].working_dir: is the same as working_directory; give one "
                    "of them"));
    EXPECT_THAT(
        errors(entry("    working_dir: /srv/gone\n")),
        ElementsAre("c.yaml:6:18: processes[web].working_dir: the directory '/srv/gone' does not exist"));
}

TEST_F(ProcessEntry, FindsWhatItsUserCannotExecute) {
    files.set("/srv/app", FileFacts{FileKind::directory, 0750, 0, {}, 50});
    files.set("/srv/app/web", FileFacts{FileKind::regular, 0755, 0, {}});
    const auto as = [](const std::string& user) {
        return "processes:\n  - {name: web, command: /srv/app/web, " + user + ", monitor: {type: ebpf}}\n";
    };
    EXPECT_THAT(errors(as("run_as_user: web")),
                ElementsAre("c.yaml:2:26: processes[web].command: user 'web' cannot enter '/srv/app': its "
                            "permissions do not allow it"));
    EXPECT_THAT(errors(as("run_as_user: bob")), IsEmpty()) << "bob is in the group";
    EXPECT_THAT(errors(as("run_as_root: true")), IsEmpty());
    files.set("/srv/app/web", FileFacts{FileKind::regular, 0700, 0, {}});
    EXPECT_THAT(errors(as("run_as_user: bob")), ElementsAre(HasSubstr("cannot execute '/srv/app/web'")));
}

TEST_F(ProcessEntry, FindsAMissingInterpreter) {
    files.scripts["/usr/bin/web"] = "/usr/bin/gone";
    EXPECT_THAT(errors(entry()), IsEmpty());
    files.set("/usr/bin/gone", core::Error{"does not exist"});
    EXPECT_THAT(errors(entry()), ElementsAre("c.yaml:3:14: processes[web].command: '/usr/bin/web': its "
                                             "interpreter '/usr/bin/gone' does not exist"));
    files.scripts["/usr/bin/web"] = "/bin/sh\r";
    EXPECT_THAT(errors(entry()), ElementsAre(HasSubstr("carriage return")));
}

TEST_F(ProcessEntry, TakesNumbersForUsersAndSignals) {
    EXPECT_EQ(plan("processes:\n  - {name: web, command: /usr/bin/web, run_as_user: 33, stop: {signal: 15}, "
                   "monitor: {type: ebpf}}\n")
                  .processes.at(0)
                  ->command.user,
              kWeb);
    EXPECT_THAT(errors(entry("    stop: {signal: 99}\n")), ElementsAre(HasSubstr("unknown signal '99'")));
}

/// As when Healer is started.
class AtTheStart : public CompilerTest {
protected:
    CompileOutcome started(const std::string& text) {
        yaml = readYaml("c.yaml", text);
        CompileInput input;
        input.main = &*yaml.document;
        input.monitors = kSchemas;
        input.missing = WhatIsMissing::concernsItsProcess;
        return compile(input, as(kRoot, files));
    }
    YamlOutcome yaml;
};

TEST_F(AtTheStart, WhatIsMissingConcernsItsProcess) {
    files.set("/srv/gone", core::Error{"does not exist"});
    const auto outcome =
        started("processes:\n"
                "  - {name: good, command: /usr/bin/good, run_as_user: web, monitor: {type: ebpf}}\n"
                "  - {name: gone, command: /srv/gone, run_as_user: web, monitor: {type: ebpf}}\n"
                "  - {name: late, command: /usr/bin/late, run_as_user: ldap, monitor: {type: ebpf}}\n"
                "  - {name: off, enabled: false, command: /srv/gone, run_as_user: web, monitor: {type: "
                "ebpf}}\n");
    ASSERT_TRUE(outcome.plan) << format(outcome.findings.errors);
    const auto& processes = outcome.plan->processes;
    EXPECT_TRUE(processes.at(1)->unavailable.empty()) << processes.at(1)->name;
    EXPECT_THAT(processes.at(0)->unavailable, HasSubstr("'/srv/gone' does not exist"));
    EXPECT_THAT(processes.at(2)->unavailable, HasSubstr("there is no user 'ldap'"));
    EXPECT_EQ(outcome.findings.warnings.size(), 3U);
    ASSERT_EQ(outcome.late.size(), 2U);

    files.set("/srv/gone", FileFacts{FileKind::regular, 0755, 0, {}});
    const auto again = compileAgain(outcome.late.at(0), kSchemas, as(kRoot, files));
    EXPECT_EQ(again.unavailable, "");
    EXPECT_EQ(again.name, "gone");
    EXPECT_EQ(again.command.user, kWeb);
    EXPECT_THAT(compileAgain(outcome.late.at(1), kSchemas, as(kRoot, files)).unavailable, HasSubstr("ldap"));
}

TEST_F(AtTheStart, WhatOthersCouldReplaceIsNotRunAsRoot) {
    files.set("/srv/app", FileFacts{FileKind::regular, 0777, 0, {}});
    const auto outcome =
        started("processes:\n  - {name: app, command: /srv/app, run_as_root: true, monitor: {type: ebpf}}\n");
    ASSERT_TRUE(outcome.plan);
    EXPECT_THAT(outcome.plan->processes.at(0)->unavailable, HasSubstr("must not run as root"));
    EXPECT_THAT(compileAgain(outcome.late.at(0), kSchemas, as(kRoot, files)).unavailable,
                HasSubstr("must not run as root"));
}

TEST_F(AtTheStart, AProbeWithoutItsProgramLeavesItsProcessAlone) {
    files.set("/srv/check", core::Error{"does not exist"});
    const auto outcome = started("processes:\n  - {name: app, command: /usr/bin/app, run_as_user: web, "
                                 "monitors: [{type: ebpf}, {type: exec, command: /srv/check}]}\n");
    ASSERT_TRUE(outcome.plan);
    EXPECT_EQ(outcome.plan->processes.at(0)->unavailable, "");
    EXPECT_EQ(outcome.findings.warnings.size(), 1U);
}

TEST_F(AtTheStart, WhatIsWrongIsStillAnError) {
    EXPECT_FALSE(started("processes:\n  - {name: a, command: relative, run_as_user: web, monitor: {type: "
                         "ebpf}}\n")
                     .plan);
    EXPECT_FALSE(started("processes:\n  - {name: a, command: /usr/bin/a, monitor: {type: ebpf}}\n").plan);
}

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

TEST_F(UnitEntry, MustExistWhereSystemdRuns) {
    EXPECT_THAT(errors(entry("web")), IsEmpty()) << "this machine has no systemd";
    const FileFacts folder{FileKind::directory, 0755, 0, {}};
    files.set("/run/systemd/system", folder);
    EXPECT_THAT(errors(entry("web")), IsEmpty());
    files.missingBelow = "systemd/";
    EXPECT_THAT(errors(entry("web")),
                ElementsAre("c.yaml:3:11: processes[web].unit: the unit 'web.service' does not exist"));
    EXPECT_THAT(errors(entry("srv.mount")), IsEmpty()) << "it needs no file";
    files.set("/etc/systemd/system/web.service", FileFacts{FileKind::other, 0666, 0, {}});
    EXPECT_THAT(errors(entry("web")), IsEmpty()) << "it is masked";
    files.set("/lib/systemd/system/web@.service", FileFacts{FileKind::regular, 0644, 0, {}});
    EXPECT_THAT(errors(entry("web@1")), IsEmpty());
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
    EXPECT_THAT(errors(entry("nginx.service", "    stop: {timeout_secs: 5, mode: process}\n")),
                ElementsAre(HasSubstr("mode is set in the unit file (KillMode=)")));
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
                ElementsAre(HasSubstr("auto takes the dependencies from a unit file")));
}

} // namespace
} // namespace healer::config
