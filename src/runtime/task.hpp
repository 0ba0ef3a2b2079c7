// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/loop.hpp"

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

/// Coroutines over the loop, for what is a sequence of steps with waits in between.
///
///     Task<int> mainPid(std::string unit) {
///         const auto job = co_await client.restart(unit);
///         ...
///         co_return pid;
///     }
///     Flow flow(loop, mainPid("web.service"), std::function<void(int)>(...));
///     flow.start();
///
/// Single-threaded. Destroying a Flow cancels everything that it is waiting for: the frames of its tasks are
/// destroyed from the innermost awaitable outwards, as in any scope. Parameters of a coroutine are values or
/// outlive it; a lambda with captures is not to be a coroutine. What is awaited is a plain call or variable:
/// GCC 12 gets braced and conditional operands of co_await wrong.
// The language gives the names of what a coroutine consists of.
// NOLINTBEGIN(readability-identifier-naming)
namespace healer::runtime {

template <typename T>
class Task;

namespace detail {

/// A coroutine that has ended goes on with the one that waits for it.
struct FinalStep {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <typename Promise>
    [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
        return ended.promise().waiting;
    }
    void await_resume() const noexcept {}
};

struct PromiseBase {
    std::coroutine_handle<> waiting;
    std::exception_ptr failure;

    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] FinalStep final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { failure = std::current_exception(); }
    void rethrow() const {
        if (failure) {
            std::rethrow_exception(failure);
        }
    }
};

template <typename T>
struct Promise : PromiseBase {
    std::optional<T> value;

    Task<T> get_return_object() noexcept;
    void return_value(T result) { value = std::move(result); }
    T take() {
        rethrow();
        return std::move(*value);
    }
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const { rethrow(); }
};

} // namespace detail

/// A coroutine that has not begun until it is awaited, once. Its destruction ends it wherever it waits.
template <typename T = void>
class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<T>;

    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (frame_) {
            frame_.destroy();
        }
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
        frame_.promise().waiting = waiting;
        return frame_;
    }
    T await_resume() { return frame_.promise().take(); }

private:
    friend promise_type;
    explicit Task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
    std::coroutine_handle<promise_type> frame_;
};

namespace detail {

template <typename T>
Task<T> Promise<T>::get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
    return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

} // namespace detail

/// Awaits one call of a function: `begin` is given that function and returns a handle whose destruction
/// means that it will not be called. It may be called from within `begin`.
template <typename T, typename Begin>
class [[nodiscard]] Answer {
public:
    explicit Answer(Begin begin) : begin_(std::move(begin)) {}
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) {
        handle_.emplace(begin_([this](T value) { answered(std::move(value)); }));
        waiting_ = waiting;
        return !value_;
    }
    T await_resume() {
        handle_.reset();
        return std::move(*value_);
    }

private:
    void answered(T value) {
        value_ = std::move(value);
        if (waiting_) {
            // This object may be gone when the coroutine waits the next time.
            waiting_.resume();
        }
    }

    Begin begin_;
    std::optional<std::invoke_result_t<Begin&, std::function<void(T)>>> handle_;
    std::coroutine_handle<> waiting_;
    std::optional<T> value_;
};

template <typename T, typename Begin>
Answer<T, Begin> answerOf(Begin begin) {
    return Answer<T, Begin>(std::move(begin));
}

/// Nothing to say but that it has come.
struct Done {};

/// Awaits a point in time; the next iteration of the loop where it has passed.
[[nodiscard]] inline auto until(Loop& loop, core::TimePoint when) {
    return answerOf<Done>([&loop, when](std::function<void(Done)> answer) {
        return loop.addTimer(when, [answer = std::move(answer)] { answer({}); });
    });
}

/// Awaits the next iteration of the loop.
[[nodiscard]] inline auto nextTurn(Loop& loop) {
    return answerOf<Done>([&loop](std::function<void(Done)> answer) {
        return loop.addDeferred([answer = std::move(answer)] { answer({}); });
    });
}

/// A task that runs by itself.
class Flow {
public:
    Flow() = default;
    /// `done` is called once with the result, when the task has ended; it may destroy the Flow. An exception
    /// of the task ends the loop instead.
    template <typename T>
    Flow(Loop& loop, Task<T> task, std::function<void(T)> done)
        : root_(Root::run(loop, std::move(task), std::move(done)).frame) {}
    Flow(const Flow&) = delete;
    Flow& operator=(const Flow&) = delete;
    ~Flow() {
        if (root_) {
            root_.destroy();
        }
    }

    /// Runs the task up to its first wait, or to its end. To be called once.
    void start() { root_.resume(); }

private:
    struct Root {
        struct promise_type {
            Loop& loop;
            std::function<void()> finish;

            template <typename... Parameters>
            explicit promise_type(Loop& itsLoop, const Parameters&... /*parameters*/) : loop(itsLoop) {}

            struct Last {
                [[nodiscard]] bool await_ready() const noexcept { return false; }
                /// The frame is at rest here, so `finish` may destroy it.
                void await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
                    Loop& itsLoop = ended.promise().loop;
                    const auto last = std::move(ended.promise().finish);
                    try {
                        if (last) {
                            last();
                        }
                    } catch (...) {
                        itsLoop.fail(std::current_exception());
                    }
                }
                void await_resume() const noexcept {}
            };

            Root get_return_object() noexcept {
                return {std::coroutine_handle<promise_type>::from_promise(*this)};
            }
            [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
            [[nodiscard]] Last final_suspend() const noexcept { return {}; }
            void return_value(std::function<void()> last) { finish = std::move(last); }
            void unhandled_exception() { loop.fail(std::current_exception()); }
        };

        template <typename T>
        static Root run(Loop& /*loop*/, Task<T> task, std::function<void(T)> done) {
            T result = co_await task;
            std::function<void()> last = [done = std::move(done), result = std::move(result)]() mutable {
                done(std::move(result));
            };
            co_return last;
        }

        std::coroutine_handle<promise_type> frame;
    };

    std::coroutine_handle<Root::promise_type> root_;
};

} // namespace healer::runtime
// NOLINTEND(readability-identifier-naming)
