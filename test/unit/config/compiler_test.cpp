// SPDX-License-Identifier: Apache-2.0
#include "config/compiler.hpp"

#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace healer::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Compiler : public testing::Test {
protected:
    std::vector<std::string> errors(const std::string& text, const core::User& self = kRoot) {
        const auto outcome = compileText(text, as(self, files));
        EXPECT_EQ(outcome.plan.has_value(), outcome.findings.errors.empty());
        return lines(outcome.findings.errors);
    }
    core::Plan plan(const std::string& text, const core::User& self = kRoot) {
        const auto outcome = compileText(text, as(self, files));
        EXPECT_THAT(lines(outcome.findings.errors), IsEmpty());
        return outcome.plan.value_or(core::Plan{});
    }
    /// A good entry that ends where more keys of it may follow, from line 6 on.
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

TEST_F(Compiler, FillsInTheDefaultsOfTheContract) {
    const auto p = plan(entry());
    EXPECT_EQ(p.logLevel, core::LogLevel::info);
    EXPECT_EQ(p.launch, core::LaunchMode::automatic);
    EXPECT_EQ(p.workingDirectory, "/");
    EXPECT_FALSE(p.observeOnly);
    ASSERT_EQ(p.processes.size(), 1U);
    const core::ProcessPlan& web = *p.processes[0];
    EXPECT_TRUE(web.enabled);
    EXPECT_EQ(web.command.user, kWeb);
    EXPECT_EQ(web.command.workingDirectory, "/");
    EXPECT_EQ(web.stop, core::StopPlan{});
    EXPECT_EQ(web.startTimeout, 30s);
    EXPECT_EQ(web.recovery, core::RecoveryPlan{});
    ASSERT_EQ(web.monitors.size(), 1U);
    EXPECT_EQ(web.monitors[0], (core::MonitorPlan{"ebpf", {{"interval_secs", core::Duration(30s)}}, false}));
}

TEST_F(Compiler, ReadsEveryKey) {
    const auto p = plan("log_level: debug\n"
                        "log_directory: /var/log/healer\n"
                        "pid_file_directory: /run/healer\n"
                        "working_directory: /srv\n"
                        "launch: direct\n"
                        "observe_only: true\n" +
                        entry("    enabled: false\n"
                              "    args: [-p, 8080, 'a b', true]\n"
                              "    run_as_root: false\n"
                              "    working_dir: /tmp\n"
                              "    environment: {PORT: 8080, _X: 'y'}\n"
                              "    output: /var/log/web.log\n"
                              "    stop: {signal: INT, timeout_secs: 2.5}\n"
                              "    start_timeout_secs: 5\n"
                              "    recovery:\n"
                              "      type: regular\n"
                              "      retries: 2\n"
                              "      retry_window_secs: 10\n"
                              "      cooldown_secs: 20\n"
                              "      restart_on: abnormal\n"
                              "      backoff: {initial_ms: 250, multiplier: 1.5, max_secs: 3, "
                              "jitter_percent: 0}\n"
                              "      cooldown_multiplier: 2\n"
                              "      cooldown_max_secs: 100\n"
                              "      stable_secs: 0.5\n"));
    EXPECT_EQ(p.logLevel, core::LogLevel::debug);
    EXPECT_EQ(p.logDirectory, "/var/log/healer");
    EXPECT_EQ(p.pidFileDirectory, "/run/healer");
    EXPECT_EQ(p.launch, core::LaunchMode::direct);
    EXPECT_TRUE(p.observeOnly);
    const core::ProcessPlan& web = *p.processes.at(0);
    EXPECT_FALSE(web.enabled);
    EXPECT_THAT(web.command.args, ElementsAre("-p", "8080", "a b", "true"));
    EXPECT_EQ(web.command.workingDirectory, "/tmp");
    EXPECT_EQ(web.command.environment, (std::map<std::string, std::string>{{"PORT", "8080"}, {"_X", "y"}}));
    EXPECT_EQ(web.command.output, "/var/log/web.log");
    EXPECT_EQ(web.stop, (core::StopPlan{SIGINT, 2500ms}));
    const core::RecoveryPlan expected{2, 10s,  20s,  core::RestartOn::abnormal, {250ms, 1.5, 3s, 0},
                                      2, 100s, 500ms};
    EXPECT_EQ(web.recovery, expected);
}

TEST_F(Compiler, SortsProcessesByName) {
    const auto p =
        plan(entry("  - {name: b, command: /usr/bin/b, run_as_user: bob, monitor: {type: ebpf}}\n"
                   "  - {name: a, command: /usr/bin/a, run_as_user: bob, monitor: {type: ebpf}}\n"));
    ASSERT_EQ(p.processes.size(), 3U);
    EXPECT_EQ(p.processes[0]->name, "a");
    EXPECT_EQ(p.processes[1]->name, "b");
    EXPECT_EQ(p.processes[2]->name, "web");
}

TEST_F(Compiler, TakesAnEmptyListButNotNone) {
    EXPECT_THAT(errors("processes: []\n"), IsEmpty());
    EXPECT_THAT(errors("log_level: info\n"), ElementsAre("c.yaml:1:1: processes: is required"));
    EXPECT_THAT(errors("processes:\n"), ElementsAre("c.yaml:1:1: processes: must be a list, not nothing"));
    EXPECT_THAT(errors(""), ElementsAre("c.yaml: is empty; processes is required"));
    EXPECT_THAT(errors("- a\n"), ElementsAre("c.yaml:1:1: must be a mapping of keys to values"));
}

TEST_F(Compiler, ReportsEverythingAtOnceInTheOrderOfTheFile) {
    EXPECT_THAT(
        errors("log_levle: info\n"
               "launch: servce\n"
               "observe_only: yes\n" +
               entry("    retires: 3\n"
                     "    recovery: {retries: '3', cooldown_secs: -1}\n")),
        ElementsAre("c.yaml:1:1: log_levle: unknown key (did you mean 'log_level'?)",
                    "c.yaml:2:9: launch: must be one of auto, service, direct, not 'servce' (did you "
                    "mean 'service'?)",
                    "c.yaml:3:15: observe_only: must be true or false, not text (did you mean 'true'?)",
                    "c.yaml:9:5: processes[web].retires: unknown key, known here are name, enabled, "
                    "command, unit, args, run_as_root, run_as_user, working_directory, working_dir, "
                    "environment, output, stop, start_timeout_secs, monitor, monitors, recovery, "
                    "dependencies",
                    "c.yaml:10:25: processes[web].recovery.retries: must be a whole number, not text",
                    "c.yaml:10:45: processes[web].recovery.cooldown_secs: must be between 0 and "
                    "31536000, not -1"));
}

TEST_F(Compiler, KeepsTypesApart) {
    EXPECT_THAT(
        errors(entry("    enabled: 'true'\n"
                     "    output: 3\n"
                     "    start_timeout_secs: '30'\n"
                     "    environment: [A]\n"
                     "    args: -x\n"
                     "    stop: SIGTERM\n"
                     "    recovery: {retries: 2.5, retry_window_secs: .inf, cooldown_secs: 1e400, "
                     "stable_secs: 0x10}\n")),
        ElementsAre("c.yaml:6:14: processes[web].enabled: must be true or false, not text (did you mean "
                    "'true'?)",
                    "c.yaml:7:13: processes[web].output: must be text, not a number; put it in quotes",
                    "c.yaml:8:25: processes[web].start_timeout_secs: must be a number of seconds, not text",
                    "c.yaml:9:18: processes[web].environment: must be a mapping, not a list",
                    "c.yaml:10:11: processes[web].args: must be a list, not text",
                    "c.yaml:11:11: processes[web].stop: must be a mapping of keys to values",
                    "c.yaml:12:25: processes[web].recovery.retries: must be a whole number, not a decimal "
                    "number",
                    "c.yaml:12:49: processes[web].recovery.retry_window_secs: must be a number of seconds, "
                    "not text",
                    "c.yaml:12:70: processes[web].recovery.cooldown_secs: must be between 0 and 31536000, "
                    "not 1e400",
                    "c.yaml:12:90: processes[web].recovery.stable_secs: must be a number of seconds, not "
                    "text"));
}

TEST_F(Compiler, KeepsNumbersInsideTheirRanges) {
    EXPECT_THAT(
        errors(
            entry("    start_timeout_secs: 0\n"
                  "    stop: {timeout_secs: 0}\n"
                  "    recovery:\n"
                  "      retries: 0\n"
                  "      retry_window_secs: 0\n"
                  "      cooldown_secs: 50\n"
                  "      cooldown_multiplier: 0.5\n"
                  "      cooldown_max_secs: 49\n"
                  "      backoff: {initial_ms: 2000, max_secs: 1, multiplier: 101, jitter_percent: 101}\n")),
        ElementsAre(
            "c.yaml:6:25: processes[web].start_timeout_secs: must be between 0.001 and 86400, not 0",
            "c.yaml:7:26: processes[web].stop.timeout_secs: must be between 0.001 and 86400, not 0",
            "c.yaml:9:16: processes[web].recovery.retries: must be between 1 and 10000, not 0",
            "c.yaml:10:26: processes[web].recovery.retry_window_secs: must be between 0.001 and "
            "31536000, not 0",
            "c.yaml:12:28: processes[web].recovery.cooldown_multiplier: must be between 1 and 100, not "
            "0.5",
            "c.yaml:13:26: processes[web].recovery.cooldown_max_secs: must not be smaller than "
            "cooldown_secs",
            "c.yaml:14:45: processes[web].recovery.backoff.max_secs: must not be smaller than initial_ms",
            "c.yaml:14:60: processes[web].recovery.backoff.multiplier: must be between 1 and 100, not 101",
            "c.yaml:14:81: processes[web].recovery.backoff.jitter_percent: must be between 0 and 100, "
            "not 101"));
}

TEST_F(Compiler, ALongCooldownLiftsTheDefaultMaximum) {
    const auto p = plan(entry("    recovery: {cooldown_secs: 7200}\n"));
    EXPECT_EQ(p.processes.at(0)->recovery.cooldownMax, 7200s);
}

TEST_F(Compiler, KnowsItsWords) {
    EXPECT_THAT(
        errors(entry("    recovery: {type: reguler, restart_on: failures}\n"
                     "    stop: {signal: SIGTREM}\n")),
        ElementsAre("c.yaml:6:22: processes[web].recovery.type: must be regular, not 'reguler' (did you "
                    "mean 'regular'?)",
                    "c.yaml:6:43: processes[web].recovery.restart_on: must be one of always, failure, "
                    "abnormal, not 'failures' (did you mean 'failure'?)",
                    "c.yaml:7:20: processes[web].stop.signal: unknown signal 'SIGTREM' (did you mean "
                    "'SIGTERM'?)"));
    EXPECT_THAT(errors(entry("    stop: {signal: '15'}\n")),
                ElementsAre("c.yaml:6:20: processes[web].stop.signal: unknown signal '15'"));
    EXPECT_THAT(errors(entry("    stop: {signal: SIGSTOP}\n")),
                ElementsAre("c.yaml:6:20: processes[web].stop.signal: SIGSTOP suspends a process instead of "
                            "ending it"));
}

TEST_F(Compiler, ChecksNames) {
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

TEST_F(Compiler, ChecksTheCommand) {
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

TEST_F(Compiler, NeverRunsAsRootByAccident) {
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

TEST_F(Compiler, StaysWithItsOwnUserWhereItIsNotRoot) {
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

TEST_F(Compiler, RunsNothingAsRootThatOthersCouldExchange) {
    const std::string asRoot = "processes:\n  - name: web\n    command: /srv/app/web\n    run_as_root: true\n"
                               "    monitor: {type: ebpf}\n";
    files.set("/srv/app", FileFacts{FileKind::directory, 0775, 0, {}});
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
                                            "/srv/app/web can be written by everybody"));
    files.set("/srv/app/web", FileFacts{FileKind::regular, 0755, 0, {}});
    EXPECT_THAT(errors(asRoot), IsEmpty());
}

TEST_F(Compiler, ChecksWhatAKindItselfChecks) {
    const auto with = [](const std::string& user, const std::string& monitor) {
        return "processes:\n  - name: web\n    command: /usr/bin/web\n    " + user + "\n    monitor: {" +
               monitor + "}\n";
    };
    const std::string web = "run_as_user: web";
    EXPECT_THAT(errors(with(web, "type: network, target_url: bad")),
                ElementsAre("c.yaml:5:42: processes[web].monitor.target_url: must not be bad"));
    EXPECT_THAT(errors(with(web, "type: network, target_url: good, expected_status: 200")), IsEmpty());
    EXPECT_THAT(errors(with(web, "type: network, target_url: good, expected_status: [200]")),
                ElementsAre("c.yaml:5:65: processes[web].monitor.expected_status: must be text, not a list"));

    files.set("/srv/check", FileFacts{FileKind::regular, 0777, 0, {}});
    EXPECT_THAT(errors(with(web, "type: exec, command: /srv/check")), IsEmpty());
    EXPECT_THAT(
        errors(with("run_as_root: true", "type: exec, command: /srv/check")),
        ElementsAre("c.yaml:5:36: processes[web].monitor.command: must not run as root: /srv/check can be "
                    "written by everybody"));
    files.set("/srv/check", FileFacts{FileKind::regular, 0644, 0, {}});
    EXPECT_THAT(errors(with(web, "type: exec, command: /srv/check")),
                ElementsAre("c.yaml:5:36: processes[web].monitor.command: '/srv/check' is not executable"));
}

TEST_F(Compiler, ChecksMonitors) {
    const auto with = [](const std::string& monitors) {
        return "processes:\n  - name: web\n    command: /usr/bin/web\n    run_as_user: web\n" + monitors;
    };
    EXPECT_THAT(
        errors(with("    monitor: {type: epbf}\n")),
        ElementsAre("c.yaml:5:21: processes[web].monitor.type: unknown monitor type 'epbf', known are ebpf, "
                    "exec, network, pid, unit (did you mean 'ebpf'?)"));
    EXPECT_THAT(
        errors(with("    monitor: {type: cron, target_url: x}\n")),
        ElementsAre("c.yaml:5:21: processes[web].monitor.type: unknown monitor type 'cron', known are "
                    "ebpf, exec, network, pid, unit"));
    EXPECT_THAT(errors(with("    monitor: {type: pid, interval: 3}\n")),
                ElementsAre("c.yaml:5:14: processes[web].monitor.pid_file_path: is required",
                            "c.yaml:5:26: processes[web].monitor.interval: unknown key, known here are type, "
                            "pid_file_path, interval_secs"));
    EXPECT_THAT(
        errors(with("    monitor: {type: pid, pid_file_path: run/x, interval_sec: 0}\n")),
        ElementsAre("c.yaml:5:41: processes[web].monitor.pid_file_path: must be an absolute path, 'run/x' "
                    "is not",
                    "c.yaml:5:48: processes[web].monitor.interval_sec: unknown key (did you mean "
                    "'interval_secs'?)"));
    EXPECT_THAT(
        errors(with("    monitor: {type: ebpf, interval_secs: 0}\n")),
        ElementsAre("c.yaml:5:42: processes[web].monitor.interval_secs: must be between 0.01 and 3600, not "
                    "0"));
    EXPECT_THAT(errors(with("")),
                ElementsAre("c.yaml:2:5: processes[web].monitor: is required (or monitors, a list of them)"));
    EXPECT_THAT(errors(with("    monitors: []\n")),
                ElementsAre("c.yaml:5:15: processes[web].monitors: needs at least one monitor"));
    EXPECT_THAT(errors(with("    monitor: {type: ebpf}\n    monitors: [{type: ebpf}, {}]\n")),
                ElementsAre("c.yaml:6:15: processes[web].monitors: give either monitor or monitors, not both",
                            "c.yaml:6:16: processes[web].monitors[0]: this monitor is listed twice",
                            "c.yaml:6:30: processes[web].monitors[1].type: is required"));
    EXPECT_THAT(errors(with("    monitor: {typ: ebpf, interval_secs: 3}\n")),
                ElementsAre("c.yaml:5:14: processes[web].monitor.type: is required",
                            "c.yaml:5:15: processes[web].monitor.typ: unknown key (did you mean 'type'?)"));
    const auto p =
        plan(with("    monitors:\n      - {type: pid, pid_file_path: /run/x}\n      - {type: ebpf}\n"));
    ASSERT_EQ(p.processes.at(0)->monitors.size(), 2U);
    EXPECT_TRUE(p.processes[0]->monitors[0].confirmsStart);
    EXPECT_EQ(p.processes[0]->monitors[0].args.at("interval_secs"), core::ArgValue(core::Duration(3s)));
}

TEST_F(Compiler, ChecksEnvironmentAndDirectories) {
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
    const auto outcome = compileText(entry("    working_dir: /srv/gone\n"), as(kRoot, files));
    EXPECT_TRUE(outcome.plan);
    EXPECT_THAT(
        lines(outcome.findings.warnings),
        ElementsAre("c.yaml:6:18: processes[web].working_dir: the directory '/srv/gone' does not exist"));
}

} // namespace
} // namespace healer::config
