// SPDX-License-Identifier: Apache-2.0
#include "runtime/pidfd.hpp"
#include "runtime/process_ends.hpp"

#include <gtest/gtest.h>

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <vector>

namespace {

/// What all epolls of this program have been asked, and have shown as ready.
struct Looks {
    std::size_t calls = 0;
    std::size_t shown = 0;
};

Looks& looks() {
    static Looks all;
    return all;
}

} // namespace

/// Comes before that of the C library, for libsystemd too.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int epoll_wait(int epoll, epoll_event* events, int most, int timeout) {
    const auto count = syscall(SYS_epoll_pwait, epoll, events, most, timeout, nullptr, 8);
    ++looks().calls;
    looks().shown += count > 0 ? static_cast<std::size_t>(count) : 0;
    return static_cast<int>(count);
}

namespace healer::runtime {
namespace {

using namespace std::chrono_literals;

/// A child that waits; the destructor ends it.
class Waiting {
public:
    Waiting() : pid_(fork()) {
        while (pid_ == 0) {
            pause();
        }
        key_ = *keyOfPid(pid_);
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() {
        end(SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    [[nodiscard]] core::ProcessKey key() const { return key_; }
    void end(int signal) const { kill(pid_, signal); }
    void awaitEnd() const {
        siginfo_t info{};
        waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
    }

private:
    pid_t pid_;
    core::ProcessKey key_;
};

class ProcessEndsTest : public testing::Test {
protected:
    [[nodiscard]] ProcessEnd await(core::ProcessKey key) {
        auto held = ends().await(key, [this](const core::Exit& exit) { exits.push_back(exit); });
        return held ? std::move(*held) : throw std::runtime_error(held.error().message);
    }
    ProcessEnds& ends() { return loop.processEnds(); }
    void runUntil(std::size_t count) {
        while (exits.size() < count) {
            ASSERT_TRUE(loop.runOnce(5s));
        }
    }

    Loop loop;
    std::vector<core::Exit> exits;
};

TEST_F(ProcessEndsTest, allWhoWaitShareOnePidfdAndAreToldOnce) {
    const Waiting child;
    const auto one = await(child.key());
    const auto other = await(child.key());
    EXPECT_EQ(one.pidfd(), other.pidfd());
    child.end(SIGINT);
    runUntil(2);
    EXPECT_EQ(exits[0].signal, SIGINT);
    EXPECT_EQ(exits[1].signal, SIGINT);
    EXPECT_FALSE(loop.runOnce(5ms)) << "a dead process is not looked at again";
}

TEST_F(ProcessEndsTest, aPidfdOfTheCallerIsSharedByItsKey) {
    const Waiting child;
    auto own = openPidfd(child.key());
    ASSERT_TRUE(own && *own);
    const int number = own->get();
    const auto first = ends().await(child.key(), std::move(*own), [](const core::Exit&) {});
    const auto second = await(child.key());
    EXPECT_EQ(second.pidfd(), number);
}

TEST_F(ProcessEndsTest, anEndIsKnownToThoseWhoComeLater) {
    const Waiting child;
    const auto first = await(child.key());
    child.end(SIGINT);
    runUntil(1);
    auto later = await(child.key());
    EXPECT_EQ(exits.size(), 1U) << "only the loop calls back";
    runUntil(2);
    EXPECT_EQ(exits[1].signal, SIGINT);
}

TEST_F(ProcessEndsTest, whoLetsGoHearsNothing) {
    const Waiting child;
    auto dropped = await(child.key());
    const auto kept = await(child.key());
    dropped.reset();
    child.end(SIGINT);
    runUntil(1);
    EXPECT_FALSE(loop.runOnce(5ms));
    EXPECT_EQ(exits.size(), 1U);
}

TEST_F(ProcessEndsTest, oneOfABatchMayLetGoOfTheOthers) {
    std::vector<ProcessEnd> held;
    const Waiting children[3];
    int calls = 0;
    for (const auto& child : children) {
        held.push_back(ends()
                           .await(child.key(),
                                  [&](const core::Exit&) {
                                      ++calls;
                                      held.clear();
                                  })
                           .value());
    }
    for (const auto& child : children) {
        child.end(SIGINT);
        child.awaitEnd();
    }
    while (loop.runOnce(5ms)) {
    }
    EXPECT_EQ(calls, 1);
}

TEST_F(ProcessEndsTest, aProcessThatIsGoneIsNotHeld) {
    EXPECT_FALSE(await(core::ProcessKey{getpid(), 1}));
}

TEST_F(ProcessEndsTest, theBriefingComesFirst) {
    const Waiting child;
    const auto held = await(child.key());
    std::vector<std::size_t> before;
    ends().setBriefing([&] { before.push_back(exits.size()); });
    child.end(SIGINT);
    runUntil(1);
    EXPECT_EQ(before, std::vector<std::size_t>{0});
    ends().setBriefing({});
}

TEST_F(ProcessEndsTest, exceptionsEndTheLoop) {
    const Waiting child;
    const auto held =
        ends().await(child.key(), [](const core::Exit&) { throw std::runtime_error("expected"); });
    child.end(SIGINT);
    EXPECT_THROW(loop.run(), std::runtime_error);
}

/// What it costs to hear of so many ends that come all at once.
Looks costOf(std::size_t count) {
    Loop loop;
    const std::vector<Waiting> children(count);
    std::vector<ProcessEnd> held;
    std::size_t calls = 0;
    for (const auto& child : children) {
        held.push_back(loop.processEnds().await(child.key(), [&](const core::Exit&) { ++calls; }).value());
    }
    for (const auto& child : children) {
        child.end(SIGKILL);
    }
    for (const auto& child : children) {
        child.awaitEnd();
    }
    looks() = {};
    while (calls < count) {
        loop.runOnce(5s);
    }
    return looks();
}

TEST(ProcessEndsCost, growsInProportionToTheEnds) {
    const auto some = costOf(64);
    const auto more = costOf(256);
    EXPECT_GE(some.shown, 64U) << "the epolls of the loop are not counted";
    EXPECT_LE(more.shown, 4 * some.shown + 16);
    EXPECT_LE(more.calls, 4 * some.calls + 16);
}

} // namespace
} // namespace healer::runtime
