// SPDX-License-Identifier: Apache-2.0
#include "monitor/event_queue.hpp"
#include "monitor/instance_watch.hpp"
#include "monitor/timer_queue.hpp"

#include "support/no_descriptors.hpp"

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

TEST(EventQueue, reportsInOrderAndOnlyFromTheLoop) {
    runtime::Loop loop;
    std::vector<std::string> names;
    monitor::EventQueue queue(
        loop, [&](const core::Event& event) { names.push_back(std::get<core::event::Absent>(event).name); });
    queue.post(absent("a"));
    queue.post(absent("b"));
    EXPECT_TRUE(names.empty());
    while (loop.runOnce(0ms)) {
    }
    EXPECT_EQ(names, (std::vector<std::string>{"a", "b"}));
}

TEST(EventQueue, isSilentOnceAReportHasDestroyedIt) {
    runtime::Loop loop;
    int reports = 0;
    std::unique_ptr<monitor::EventQueue> queue;
    queue = std::make_unique<monitor::EventQueue>(loop, [&](const core::Event&) {
        ++reports;
        queue.reset();
    });
    queue->post(absent("a"));
    queue->post(absent("b"));
    while (loop.runOnce(0ms)) {
    }
    EXPECT_EQ(reports, 1);
}

TEST(EventQueue, takesWhatAReportPosts) {
    runtime::Loop loop;
    int reports = 0;
    std::unique_ptr<monitor::EventQueue> queue;
    queue = std::make_unique<monitor::EventQueue>(loop, [&](const core::Event&) {
        if (++reports < 3) {
            queue->post(absent("again"));
        }
    });
    queue->post(absent("a"));
    while (loop.runOnce(0ms)) {
    }
    EXPECT_EQ(reports, 3);
}

struct Client final : monitor::TimerQueue::Client {
    void due() override { ++times; }
    int times = 0;
};

TEST(TimerQueue, wakesAllOfOneIntervalTogether) {
    runtime::Loop loop;
    monitor::TimerQueue timers(loop);
    std::vector<std::unique_ptr<Client>> clients;
    for (int count = 0; count < 100; ++count) {
        clients.push_back(std::make_unique<Client>());
        timers.setNext(*clients.back(), 200ms);
    }
    int wakeUps = 0;
    while (clients.front()->times == 0 || clients.back()->times == 0) {
        wakeUps += loop.runOnce(1s) ? 1 : 0;
    }
    EXPECT_LE(wakeUps, 2);
}

TEST(TimerQueue, forgetsWhatWasCleared) {
    runtime::Loop loop;
    monitor::TimerQueue timers(loop);
    Client cleared;
    Client kept;
    timers.set(cleared, runtime::Loop::bootTime());
    timers.set(kept, runtime::Loop::bootTime() + 1ms);
    timers.clear(cleared);
    while (kept.times == 0) {
        loop.runOnce(1s);
    }
    EXPECT_EQ(cleared.times, 0);
    EXPECT_FALSE(loop.runOnce(5ms));
}

pid_t pausingChild() {
    const pid_t pid = fork();
    while (pid == 0) {
        pause();
    }
    return pid;
}

TEST(InstanceWatch, reportsAnEndOnceForEachHold) {
    runtime::Loop loop;
    std::vector<core::Exit> ends;
    monitor::InstanceWatch watch(loop, [&](const core::Exit& exit) { ends.push_back(exit); });
    const pid_t pid = pausingChild();
    const auto key = runtime::keyOfPid(pid).orNone();
    watch.hold(key);
    EXPECT_TRUE(watch.alive());
    EXPECT_TRUE(runtime::mayRun(*key));
    kill(pid, SIGINT);
    while (ends.empty()) {
        ASSERT_TRUE(loop.runOnce(5s));
    }
    EXPECT_EQ(ends.front().signal, SIGINT);
    EXPECT_FALSE(watch.alive());
    EXPECT_FALSE(runtime::mayRun(*key)) << "a zombie does not run";
    waitpid(pid, nullptr, 0);
    watch.hold(key);
    while (ends.size() < 2) {
        ASSERT_TRUE(loop.runOnce(5s));
    }
    EXPECT_FALSE(loop.runOnce(5ms));
}

TEST(InstanceWatch, withoutDescriptorsNothingHasEnded) {
    runtime::Loop loop;
    std::vector<core::Exit> ends;
    monitor::InstanceWatch watch(loop, [&](const core::Exit& exit) { ends.push_back(exit); });
    const pid_t pid = pausingChild();
    const auto timer = loop.addTimer(loop.now(), [] {}); // the timers have their descriptor
    loop.runOnce(10ms);
    const auto key = runtime::keyOfPid(pid).orNone();
    {
        const test::NoDescriptors none;
        watch.hold(key);
        const auto end = loop.now() + 1500ms;
        while (loop.now() < end) {
            loop.runOnce(100ms);
        }
        EXPECT_TRUE(ends.empty());
        EXPECT_TRUE(watch.alive());
    }
    kill(pid, SIGINT);
    while (ends.empty()) {
        ASSERT_TRUE(loop.runOnce(5s));
    }
    waitpid(pid, nullptr, 0);
}

} // namespace
