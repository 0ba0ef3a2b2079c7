// SPDX-License-Identifier: Apache-2.0
// Healer as PID 1 of a container, to which the kernel gives all orphans.
#include "integration/daemon/healer_run.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace healer::test {
namespace {

namespace fs = std::filesystem;

struct Process {
    pid_t pid = 0;
    std::string name;
    char state = '?';
};

std::vector<Process> childrenOf(pid_t parent) {
    std::vector<Process> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        const std::string stat = pid > 1 ? readText(entry.path() / "stat") : std::string();
        const auto begin = stat.find('(');
        const auto end = stat.rfind(')');
        if (end == std::string::npos || end + 4 > stat.size() ||
            std::atoi(stat.c_str() + end + 4) != parent) {
            continue;
        }
        found.push_back({pid, stat.substr(begin + 1, end - begin - 1), stat[end + 2]});
    }
    return found;
}

class AsPid1 : public testing::Test {
protected:
    ~AsPid1() override {
        if (unshare > 0) {
            kill(unshare, SIGKILL);
            waitpid(unshare, nullptr, 0);
        }
    }

    void start() {
        const fs::path output = healer.folder() / "healer.out";
        const std::string run = healer.folder() / "run";
        const std::string config = healer.config();
        unshare = fork();
        if (unshare == 0) {
            const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
            dup2(file, STDOUT_FILENO);
            dup2(file, STDERR_FILENO);
            setenv("RUNTIME_DIRECTORY", run.c_str(), 1);
            execlp("unshare", "unshare", "--pid", "--fork", "--mount-proc", "--kill-child", HEALER_PROGRAM,
                   "--foreground", "-c", config.c_str(), "--bus", "none", nullptr);
            _exit(127);
        }
        ASSERT_TRUE(waitFor([&] { return healer.logged("watches") > 0; })) << healer.log();
        const auto children = childrenOf(unshare);
        ASSERT_EQ(children.size(), 1U);
        init = children.front().pid;
    }

    [[nodiscard]] std::vector<pid_t> named(const std::string& name) const {
        std::vector<pid_t> pids;
        for (const auto& child : childrenOf(init)) {
            if (child.name == name) {
                pids.push_back(child.pid);
            }
        }
        return pids;
    }

    HealerRun healer;
    pid_t unshare = 0;
    pid_t init = 0; ///< Healer, as it is seen from outside
};

TEST_F(AsPid1, ReapsOrphansAndKnowsHowItsOwnChildrenEnded) {
    ASSERT_EQ(geteuid(), 0U) << "this test makes a PID namespace";
    const fs::path script = healer.folder() / "maker";
    std::ofstream(script) << "#!/bin/bash\n"
                             "for i in {1..30}; do (sleep 1 &); done\n"
                             "exec -a keeper sleep 1000\n";
    fs::permissions(script, fs::perms(0755));
    healer.writeConfig(healer.counter("web", "{ type: ebpf }") + "  - name: maker\n    command: " +
                       script.string() + "\n    run_as_root: true\n    monitor: { type: ebpf }\n");
    start();
    ASSERT_TRUE(waitFor([&] { return named("sleep").size() > 20; })) << "orphans are made: " << healer.log();
    // `keeper` is the one that is left.
    EXPECT_TRUE(waitFor([&] { return named("sleep").size() <= 1; })) << named("sleep").size() << " are left";
    for (int restart = 1; restart <= 3; ++restart) {
        ASSERT_TRUE(waitFor([&] { return named("demo_counter").size() == 1; })) << healer.log();
        kill(named("demo_counter").front(), SIGKILL);
        ASSERT_TRUE(waitFor([&] { return healer.logged("Successfully restarted process web") == restart; }))
            << healer.log();
    }
    EXPECT_EQ(healer.logged("by SIGKILL"), 3) << healer.log();
}

} // namespace
} // namespace healer::test
