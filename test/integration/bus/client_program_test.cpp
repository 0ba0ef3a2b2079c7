// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

#include <gmock/gmock.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <thread>

namespace healer::test {

namespace {

using ::testing::HasSubstr;

struct Ended {
    int status = -1;
    std::string output;
};

class HealerctlProgram : public BusFixture {
protected:
    /// Starts the program; its output is gathered while it runs.
    auto healerctl(const std::string& arguments) {
        const std::string command =
            std::string(HEALERCTL) + " --bus " + bus_.address() + " " + arguments + " 2>&1";
        return std::async(std::launch::async, [command] {
            Ended ended;
            std::FILE* pipe = ::popen(command.c_str(), "r");
            std::array<char, 4096> buffer{};
            while (const std::size_t length = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
                ended.output.append(buffer.data(), length);
            }
            ended.status = WEXITSTATUS(::pclose(pipe));
            return ended;
        });
    }
    Ended run(const std::string& arguments) { return finish(healerctl(arguments)); }
};

TEST_F(HealerctlProgram, ShowsAndChanges) {
    backend_.add("web", 100);
    backend_.answerAtOnce = true;
    startAll();
    EXPECT_THAT(run("").output, HasSubstr("1 process, 1 up"));
    const Ended status = run("status web");
    EXPECT_EQ(status.status, 0);
    EXPECT_THAT(status.output, HasSubstr("Command: /usr/bin/web --port 80"));
    EXPECT_THAT(status.output, HasSubstr("Unit: healer-web.service"));
    EXPECT_EQ(run("restart web").output, "web: restarted, PID 100\n");
    EXPECT_EQ(run("pause web").status, 0);
    EXPECT_EQ(run("reload").output, "Nothing changed\n");
    EXPECT_EQ(run("restart webb").status, 4);
    EXPECT_THAT(run("--json=short").output, HasSubstr("\"State\":\"running\""));
    backend_.views["web"].state = core::State::tripped;
    EXPECT_EQ(run("status web").status, 3);
    backend_.reloadOutcome =
        core::Error{"config.yaml:1:1: bad\nconfig.yaml:2:1: bad, too", core::ErrorKind::invalidConfig};
    const Ended reload = run("reload");
    EXPECT_EQ(reload.status, 1);
    EXPECT_THAT(reload.output, HasSubstr("config.yaml:1:1: bad\n    config.yaml:2:1: bad, too\n"));
}

TEST_F(HealerctlProgram, SaysThatHealerIsNotRunning) {
    bus_.start();
    const Ended ended = run("list");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.output, HasSubstr("Healer is not running"));
    bus_.stop();
    EXPECT_EQ(run("list").status, 1);
    EXPECT_EQ(run("nonsense").status, 2);
}

TEST_F(HealerctlProgram, WhatCannotBePrintedIsNoSuccess) {
    backend_.add("web", 100);
    startAll();
    for (const char* arguments :
         {"list >/dev/full", "--json=short list >/dev/full", "status web >/dev/full"}) {
        EXPECT_EQ(finish(healerctl(std::string("2>&1 ") + arguments)).status, 1) << arguments;
    }
    EXPECT_EQ(run("list <&-").status, 0);
}

TEST_F(HealerctlProgram, NamesAreCheckedBeforeTheyAreWatched) {
    backend_.add("web", 100);
    startAll();
    const Ended ended = run("watch webb");
    EXPECT_EQ(ended.status, 4);
    EXPECT_THAT(ended.output, HasSubstr("did you mean web?"));
    EXPECT_EQ(run("list webb").status, 4);
    EXPECT_THAT(run("list web").output, HasSubstr("1 process, 1 up"));
}

TEST_F(HealerctlProgram, WatchAsksForTheCauseOfAStart) {
    backend_.add("web", 100);
    startAll();
    // Now and then, as it is not known when it listens: its question comes before many more are in the
    // history.
    auto next = std::chrono::steady_clock::now();
    const auto announced = [&] {
        if (std::chrono::steady_clock::now() < next) {
            return;
        }
        next = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
        const std::uint64_t seq = service_->announce({"web", 0, core::notice::RecoveryStarted{.attempt = 1}});
        backend_.entries.insert(
            backend_.entries.begin(),
            bus::HistoryEntry{{"event", std::string("recovery-started")},
                              {"process", std::string("web")},
                              {"message", std::string("Starting process web by operator request")},
                              {"cause", std::string("request")},
                              {"seq", seq}});
    };
    auto watching = healerctl("--json=short watch web | head -1");
    EXPECT_TRUE(runUntil([&] {
        announced();
        return watching.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }));
    const Ended ended = finish(std::move(watching));
    EXPECT_THAT(ended.output, HasSubstr("\"cause\":\"request\""));
}

TEST_F(HealerctlProgram, WatchFollowsARestartOfHealer) {
    backend_.add("web", 100);
    startAll();
    const std::string command =
        std::string(HEALERCTL) + " --bus " + bus_.address() + " --json=short watch 2>&1 & echo $!; wait";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> line{};
    ASSERT_NE(std::fgets(line.data(), line.size(), pipe), nullptr);
    const pid_t watcher = static_cast<pid_t>(std::stol(line.data()));
    std::mutex mutex;
    std::string output;
    std::thread reader([&] {
        std::array<char, 4096> text{};
        while (std::fgets(text.data(), text.size(), pipe) != nullptr) {
            const std::lock_guard lock(mutex);
            output += text.data();
        }
    });
    const auto shows = [&](const char* text) {
        return [&, text] {
            const std::lock_guard lock(mutex);
            return output.find(text) != std::string::npos;
        };
    };
    // Until it listens, events pass unseen; afterwards none may.
    EXPECT_TRUE(runUntil([&] {
        service_->announce({"web", 0, core::notice::RecoveryStarted{.attempt = 1}});
        return shows("recovery-started")();
    }));
    service_.reset();
    EXPECT_TRUE(runUntil(shows("healer-gone")));
    makeService();
    EXPECT_TRUE(runUntil(shows("healer-there")));
    service_->announce(
        {"web", 0, core::notice::RecoveryFinished{.ok = true, .pid = 5, .error = "", .took = {}}});
    EXPECT_TRUE(runUntil(shows("recovery-finished")));
    EXPECT_FALSE(shows("missed")());
    ::kill(watcher, SIGTERM);
    reader.join();
    ::pclose(pipe);
}

TEST_F(HealerctlProgram, ListsAThousandProcesses) {
    for (int i = 0; i < 1000; ++i) {
        backend_.add("process-" + std::to_string(i), 1000 + i);
    }
    startAll();
    const auto begin = std::chrono::steady_clock::now();
    const Ended ended = run("list");
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    RecordProperty("milliseconds", static_cast<int>(took.count()));
    EXPECT_THAT(ended.output, HasSubstr("1000 processes, 1000 up"));
    EXPECT_LT(took, std::chrono::seconds(5));
}

} // namespace

} // namespace healer::test
