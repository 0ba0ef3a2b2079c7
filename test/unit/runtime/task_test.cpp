// SPDX-License-Identifier: Apache-2.0
#include "runtime/task.hpp"

#include <gtest/gtest.h>

#include <list>
#include <stdexcept>
#include <string>
#include <vector>

namespace healer::runtime {
namespace {

using namespace std::chrono_literals;

/// Answers that the test gives when it likes.
class Oracle {
public:
    auto ask() {
        return answerOf<std::string>([this](std::function<void(std::string)> answer) {
            const auto slot = questions_.emplace(questions_.end(), std::move(answer));
            const auto drop = [this, slot](const void*) { questions_.erase(slot); };
            return std::shared_ptr<const void>(this, drop);
        });
    }
    void say(const std::string& text) {
        const auto answer = questions_.front();
        answer(text);
    }
    [[nodiscard]] std::size_t open() const { return questions_.size(); }

private:
    std::list<std::function<void(std::string)>> questions_;
};

/// Writes down that its scope was left.
class Trace {
public:
    Trace(std::vector<std::string>& ends, std::string name) : ends_(ends), name_(std::move(name)) {}
    Trace(const Trace&) = delete;
    Trace& operator=(const Trace&) = delete;
    ~Trace() { ends_.push_back(name_); }

private:
    std::vector<std::string>& ends_;
    std::string name_;
};

class TaskTest : public testing::Test {
protected:
    Task<std::string> inner(std::string prefix) {
        const Trace trace(ends_, "inner");
        const std::string first = co_await oracle_.ask();
        const std::string second = co_await oracle_.ask();
        co_return prefix + first + second;
    }
    Task<std::string> outer() {
        const Trace trace(ends_, "outer");
        const std::string long_prefix = "a prefix that is too long for a small string: ";
        const std::string reported = co_await inner(long_prefix);
        const std::string last = co_await oracle_.ask();
        co_return reported + last;
    }
    Task<std::string> throwing(bool late) {
        const Trace trace(ends_, "throwing");
        if (late) {
            (void)co_await nextTurn(loop_);
        }
        throw std::runtime_error("no luck");
    }
    Task<std::string> catching() {
        std::string caught;
        try {
            caught = co_await throwing(true);
        } catch (const std::runtime_error& error) {
            caught = error.what();
        }
        co_return caught;
    }
    Task<std::string> immediate(int rounds) {
        std::string text;
        for (int i = 0; i < rounds; ++i) {
            text += co_await answerOf<std::string>([](const std::function<void(std::string)>& answer) {
                answer("x");
                return 0;
            });
        }
        co_return text;
    }
    Task<std::string> waiting(core::Duration time) {
        (void)co_await until(loop_, Loop::bootTime() + time);
        (void)co_await nextTurn(loop_);
        co_return "over";
    }
    std::function<void(std::string)> keep() {
        return [this](std::string text) { results_.push_back(std::move(text)); };
    }

    Loop loop_;
    Oracle oracle_;
    std::vector<std::string> ends_;
    std::vector<std::string> results_;
};

TEST_F(TaskTest, goesOnWithEachAnswer) {
    Flow flow(loop_, outer(), keep());
    flow.start();
    EXPECT_EQ(oracle_.open(), 1U);
    oracle_.say("1");
    oracle_.say("2");
    EXPECT_EQ(ends_, std::vector<std::string>{"inner"});
    EXPECT_TRUE(results_.empty());
    oracle_.say("3");
    EXPECT_EQ(results_, std::vector<std::string>{"a prefix that is too long for a small string: 123"});
    EXPECT_EQ(oracle_.open(), 0U);
}

TEST_F(TaskTest, isCancelledAtEveryWait) {
    for (int answers = 0; answers < 3; ++answers) {
        ends_.clear();
        {
            Flow flow(loop_, outer(), keep());
            flow.start();
            for (int i = 0; i < answers; ++i) {
                oracle_.say("x");
            }
            EXPECT_EQ(oracle_.open(), 1U);
        }
        EXPECT_EQ(oracle_.open(), 0U) << "the question is withdrawn";
        EXPECT_EQ(ends_, (std::vector<std::string>{"inner", "outer"}));
        EXPECT_TRUE(results_.empty());
    }
}

TEST_F(TaskTest, whatIsNotStartedDoesNotBegin) {
    { const auto task = outer(); }
    { const Flow flow(loop_, outer(), keep()); }
    EXPECT_TRUE(ends_.empty());
}

TEST_F(TaskTest, theEndMayDestroyTheFlow) {
    std::optional<Flow> flow;
    flow.emplace(loop_, outer(), std::function<void(std::string)>([&](std::string text) {
                     flow.reset();
                     results_.push_back(std::move(text));
                 }));
    flow->start();
    for (const char* answer : {"1", "2", "3"}) {
        oracle_.say(answer);
    }
    EXPECT_FALSE(flow);
    EXPECT_EQ(results_.size(), 1U);
}

TEST_F(TaskTest, anAnswerMayComeAtOnce) {
    Flow flow(loop_, immediate(1000), keep());
    flow.start();
    ASSERT_EQ(results_.size(), 1U);
    EXPECT_EQ(results_.front().size(), 1000U);
}

TEST_F(TaskTest, waitsForTimeAndTurns) {
    Flow flow(loop_, waiting(1ms), keep());
    flow.start();
    while (results_.empty()) {
        loop_.runOnce(1s);
    }
    Flow cancelled(loop_, waiting(1h), keep());
    cancelled.start();
}

TEST_F(TaskTest, exceptionsReachTheAwaitingTask) {
    Flow flow(loop_, catching(), keep());
    flow.start();
    while (results_.empty()) {
        loop_.runOnce(1s);
    }
    EXPECT_EQ(results_.front(), "no luck");
}

TEST_F(TaskTest, anUncaughtExceptionEndsTheLoop) {
    for (const bool late : {false, true}) {
        Loop loop;
        Flow flow(late ? loop_ : loop, throwing(late), keep());
        flow.start();
        EXPECT_THROW((late ? loop_ : loop).run(), std::runtime_error);
        EXPECT_TRUE(results_.empty());
    }
}

TEST_F(TaskTest, anExceptionOfTheEndEndsTheLoopToo) {
    std::optional<Flow> flow;
    flow.emplace(loop_, immediate(1), std::function<void(std::string)>([&](const std::string&) {
                     throw std::runtime_error("no luck");
                 }));
    flow->start();
    EXPECT_THROW(loop_.run(), std::runtime_error);
}

} // namespace
} // namespace healer::runtime
