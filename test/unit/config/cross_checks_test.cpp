// SPDX-License-Identifier: Apache-2.0
#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>

namespace healer::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CrossChecks : public testing::Test {
protected:
    std::vector<std::string> errors(const std::string& text) {
        return lines(compileText("processes:\n" + text, as(kRoot, files)).findings.errors);
    }
    /// An entry in one line.
    static std::string entry(const std::string& name, const std::string& command, const std::string& monitor,
                             const std::string& more = "") {
        return "  - {name: " + name + ", command: " + command + ", run_as_user: web, monitor: {" + monitor +
               "}" + more + "}\n";
    }
    static std::string needs(const std::string& name, const std::string& dependencies) {
        return entry(name, "/usr/bin/" + name, "type: ebpf", ", dependencies: [" + dependencies + "]");
    }

    FakeFiles files;
};

TEST_F(CrossChecks, TwoEntriesForOneInstanceAreAnError) {
    EXPECT_THAT(
        errors(entry("a", "/usr/bin/x", "type: ebpf") + entry("b", "/usr/bin/../bin//x", "type: ebpf")),
        ElementsAre(
            "c.yaml:3:24: processes[b].command: cannot be distinguished from 'a' at c.yaml:2:24: same "
            "command, arguments and user; give each only a pid monitor with a PID file of its own"));
    EXPECT_EQ(errors(entry("a", "/usr/bin/x", "type: ebpf") +
                     entry("b", "/usr/bin/x", "type: pid, pid_file_path: /run/b"))
                  .size(),
              1U);
}

TEST_F(CrossChecks, NoProcessWritesIntoHealersOwnLog) {
    const std::string healer = "processes:\n" + entry("healer", "/usr/bin/x", "type: ebpf");
    const auto found = [&](const std::string& text) {
        return compileText(text, as(kRoot, files)).findings.errors;
    };
    EXPECT_THAT(format(found("log_directory: /var/log/healer\n" + healer)),
                testing::HasSubstr("processes[healer].name: its output would go into the log of Healer, "
                                   "/var/log/healer/healer.log; give it another name or an output"));
    EXPECT_THAT(found(healer), IsEmpty());
    EXPECT_THAT(found("launch: service\nlog_directory: /var/log/healer\n" + healer), IsEmpty());
    EXPECT_THAT(found("log_directory: /var/log/healer\nprocesses:\n" +
                      entry("healer", "/usr/bin/x", "type: ebpf", ", output: /var/log/x.log")),
                IsEmpty());
}

TEST_F(CrossChecks, ArgumentsUserOrPidFilesDistinguishThem) {
    EXPECT_THAT(errors(entry("a", "/usr/bin/x", "type: ebpf") +
                       entry("b", "/usr/bin/x", "type: ebpf", ", args: [1]")),
                IsEmpty());
    EXPECT_THAT(errors(entry("a", "/usr/bin/x", "type: ebpf") +
                       "  - {name: b, command: /usr/bin/x, run_as_user: bob, monitor: {type: ebpf}}\n"),
                IsEmpty());
    EXPECT_THAT(errors(entry("a", "/usr/bin/x", "type: pid, pid_file_path: /run/a") +
                       entry("b", "/usr/bin/x", "type: pid, pid_file_path: /run/b")),
                IsEmpty());
    EXPECT_THAT(errors(entry("a", "/usr/bin/x", "type: ebpf") +
                       entry("b", "/usr/bin/x", "type: ebpf", ", enabled: false")),
                IsEmpty());
}

TEST_F(CrossChecks, OnePidFileBelongsToOneProcess) {
    EXPECT_THAT(errors(entry("a", "/usr/bin/a", "type: pid, pid_file_path: /run/x") +
                       entry("b", "/usr/bin/b", "type: pid, pid_file_path: /run/./x")),
                ElementsAre("c.yaml:3:63: processes[b].monitor: the PID file '/run/x' is already used at "
                            "c.yaml:2:63"));
}

TEST_F(CrossChecks, DependenciesMustExist) {
    EXPECT_THAT(
        errors(needs("database", "") + needs("web", "databse, {target: cache, hard: no}, {kind: after}")),
        ElementsAre("c.yaml:3:96: processes[web].dependencies[0]: there is no process 'databse' (did you "
                    "mean 'database'?)",
                    "c.yaml:3:105: processes[web].dependencies[1]: there is no process 'cache'",
                    "c.yaml:3:127: processes[web].dependencies[1].hard: must be true or false, not text "
                    "(did you mean 'false'?)",
                    "c.yaml:3:132: processes[web].dependencies[2].target: is required"));
}

TEST_F(CrossChecks, DependenciesMustNotFormACycle) {
    EXPECT_THAT(
        errors(needs("a", "b") + needs("b", "c") + needs("c", "{target: a, kind: after}")),
        ElementsAre("c.yaml:4:92: processes[c].dependencies[0]: dependencies must not form a cycle: a -> b "
                    "-> c -> a"));
    EXPECT_THAT(
        errors(needs("a", "a")),
        ElementsAre("c.yaml:2:92: processes[a].dependencies[0]: dependencies must not form a cycle: a -> a"));
    EXPECT_THAT(errors(needs("a", "b, c") + needs("b", "d") + needs("c", "d") + needs("d", "")), IsEmpty());
}

TEST_F(CrossChecks, ALongChainIsNoProblem) {
    std::string text;
    for (int i = 0; i < 5000; ++i) {
        text += needs("p" + std::to_string(i), "p" + std::to_string((i + 1) % 5000));
    }
    EXPECT_EQ(errors(text).size(), 1U);
}

TEST_F(CrossChecks, ATargetThatIsDisabledIsAWarningWhereItIsWaitedForWithoutEnd) {
    const auto warnings = [&](const std::string& edge) {
        return lines(compileText("processes:\n" +
                                     entry("off", "/usr/bin/x", "type: ebpf", ", enabled: false") +
                                     needs("app", edge),
                                 as(kRoot, files))
                         .findings.warnings);
    };
    EXPECT_THAT(warnings("off"), ElementsAre(testing::HasSubstr("'off' is disabled (enabled: false), so app "
                                                                "is not started")));
    for (const char* edge :
         {"{target: off, hard: false}", "{target: off, kind: after}", "{target: off, on_failure: skip}"}) {
        EXPECT_THAT(warnings(edge), IsEmpty()) << edge;
    }
}

TEST_F(CrossChecks, DependenciesAreReadInFull) {
    const auto outcome = compileText(
        "processes:\n" + needs("a", "") +
            needs("b", "{target: a, kind: after, hard: false, max_wait_secs: 1.5, on_failure: degrade, "
                       "propagate: restart}"),
        as(kRoot, files));
    ASSERT_TRUE(outcome.plan) << format(outcome.findings.errors);
    const core::DependencyPlan expected{"a",
                                        core::DependencyKind::after,
                                        false,
                                        std::chrono::milliseconds(1500),
                                        core::DependencyFailure::degrade,
                                        core::Propagate::restart};
    EXPECT_THAT(outcome.plan->processes.at(1)->dependencies, ElementsAre(expected));
    EXPECT_THAT(outcome.findings.warnings, testing::IsEmpty());
}

} // namespace
} // namespace healer::config
