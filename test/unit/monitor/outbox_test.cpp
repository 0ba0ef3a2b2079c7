// SPDX-License-Identifier: Apache-2.0
#include "monitor/instance_watch.hpp"
#include "monitor/outbox.hpp"
#include "monitor/schedule.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <unistd.h>
#include <vector>

#include "runtime/pidfd.hpp"
#include <sys/wait.h>

namespace {

using namespace healer;
using namespace std::chrono_literals;

core::Event absent(const std::string& name) {
    return core::event::Absent{name, ""};
}

TEST(Outbox, reportsInOrderAndOnlyFromTheLoop) {
    runtime::Loop loop;
    std::vector<std::string> names;
    monitor::Outbox outbox(
        loop, [&](const core::Event& event) { names.push_back(std::get<core::event::Absent>(event).name); });
    outbox.post(absent("a"));
    outbox.post(absent("b"));
    EXPECT_TRUE(names.empty());
    while (loop.runOnce(0ms)) {
    }
    EXPECT_EQ(names, (std::vector<std::string>{"a", "b"}));
}

TEST(Outbox, isSilentOnceAReportHasDestroyedIt) {
    runtime::Loop loop;
    int reports = 0;
    std::unique_ptr<monitor::Outbox> outbox;
    outbox = std::make_unique<monitor::Outbox>(loop, [&](const core::Event&) {
        ++reports;
        outbox.reset();
    });
    outbox->post(absent("a"));
    outbox->post(absent("b"));
    while (loop.runOnce(0ms)) {
    }
    EXPECT_EQ(reports, 1);
}

TEST(Outbox, takesWhatAReportPosts) {
    runtime::Loop loop;
    int reports = 0;
    std::unique_ptr<monitor::Outbox> outbox;
    outbox = std::make_unique<monitor::Outbox>(loop, [&](const core::Event&) {
        if (++reports < 3) {
            outbox->post(absent("again"));
        }
    });
    outbox->post(absent("a"));
    while (loop.runOnce(0ms)) {
    }
    EXPECT_EQ(reports, 3);
}

struct Client final : monitor::Schedule::Client {
    void due() override { ++times; }
    int times = 0;
};

TEST(Schedule, wakesAllOfOneIntervalTogether) {
    runtime::Loop loop;
    monitor::Schedule schedule(loop);
    std::vector<std::unique_ptr<Client>> clients;
    for (int count = 0; count < 100; ++count) {
        clients.push_back(std::make_unique<Client>());
        schedule.setNext(*clients.back(), 200ms);
    }
    int wakeUps = 0;
    while (clients.front()->times == 0 || clients.back()->times == 0) {
        wakeUps += loop.runOnce(1s) ? 1 : 0;
    }
    EXPECT_LE(wakeUps, 2);
}

TEST(Schedule, forgetsWhatWasCleared) {
    runtime::Loop loop;
    monitor::Schedule schedule(loop);
    Client cleared;
    Client kept;
    schedule.set(cleared, runtime::Loop::now());
    schedule.set(kept, runtime::Loop::now() + 1ms);
    schedule.clear(cleared);
    while (kept.times == 0) {
        loop.runOnce(1s);
    }
    EXPECT_EQ(cleared.times, 0);
    EXPECT_FALSE(loop.runOnce(5ms));
}

TEST(InstanceWatch, tellsAnEndOnceForEachHold) {
    runtime::Loop loop;
    std::vector<core::Exit> ends;
    monitor::InstanceWatch watch(loop, [&](const core::Exit& exit) { ends.push_back(exit); });
    const pid_t pid = fork();
    if (pid == 0) {
        while (true) {
            pause();
        }
    }
    const auto key = runtime::keyOfPid(pid);
    watch.hold(key);
    EXPECT_TRUE(watch.alive());
    EXPECT_TRUE(monitor::isRunning(*key));
    kill(pid, SIGINT);
    while (ends.empty()) {
        ASSERT_TRUE(loop.runOnce(5s));
    }
    EXPECT_EQ(ends.front().signal, SIGINT);
    EXPECT_FALSE(watch.alive());
    EXPECT_FALSE(monitor::isRunning(*key)) << "a zombie does not run";
    waitpid(pid, nullptr, 0);
    watch.hold(key);
    while (ends.size() < 2) {
        ASSERT_TRUE(loop.runOnce(5s));
    }
    EXPECT_FALSE(loop.runOnce(5ms));
}

} // namespace
