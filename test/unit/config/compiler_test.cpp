// SPDX-License-Identifier: Apache-2.0
#include "config/plan_keys.hpp"
#include "unit/config/compiler_fixture.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace healer::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using Compiler = CompilerTest;

/// All keys of a process, in the order of their table.
std::string processKeys() {
    std::string names;
    for (const Key<core::ProcessPlan>& key : keysOf<core::ProcessPlan>()) {
        for (const std::string_view name : {key.spec.name, key.spec.alias}) {
            names += name.empty() ? "" : (names.empty() ? "" : ", ") + std::string(name);
        }
    }
    return names;
}

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
    const core::RecoveryPlan expected{2, 10s,  20s,  core::RestartOn::abnormal, {}, {}, {250ms, 1.5, 3s, 0},
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
                    "c.yaml:9:5: processes[web].retires: unknown key, known here are " + processKeys(),
                    "c.yaml:10:25: processes[web].recovery.retries: must be a whole number, not text",
                    "c.yaml:10:45: processes[web].recovery.cooldown_secs: must be between 0 and "
                    "31536000, not -1"));
}

TEST_F(Compiler, DistinguishesTypes) {
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
    EXPECT_THAT(errors(entry("    stop: {signal: '15'}\n")), IsEmpty());
    EXPECT_THAT(errors(entry("    stop: {signal: 19}\n")),
                ElementsAre(testing::HasSubstr("suspends a process instead of ending it")));
    EXPECT_THAT(errors(entry("    stop: {signal: SIGSTOP}\n")),
                ElementsAre("c.yaml:6:20: processes[web].stop.signal: SIGSTOP suspends a process instead of "
                            "ending it"));
}

} // namespace
} // namespace healer::config
