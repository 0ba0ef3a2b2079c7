// SPDX-License-Identifier: Apache-2.0
#include "unit/config/compiler_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace healer::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using Monitors = CompilerTest;

TEST_F(Monitors, ChecksWhatAKindItselfChecks) {
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
                    "written by every user"));
    files.set("/srv/check", FileFacts{FileKind::regular, 0644, 0, {}});
    EXPECT_THAT(errors(with(web, "type: exec, command: /srv/check")),
                ElementsAre("c.yaml:5:36: processes[web].monitor.command: '/srv/check' is not executable"));
}

TEST_F(Monitors, TwoWithDifferentFaultsAreNotTheSame) {
    EXPECT_THAT(
        errors("processes:\n  - name: web\n    command: /usr/bin/web\n    run_as_user: web\n"
               "    monitors: [{type: network, target_url: bad}, {type: network, target_url: [x]}]\n"),
        ElementsAre(testing::HasSubstr("must not be bad"), testing::HasSubstr("must be text")));
}

TEST_F(Monitors, ChecksMonitors) {
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

} // namespace
} // namespace healer::config
