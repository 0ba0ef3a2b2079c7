// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/loop.hpp"
#include "runtime/task.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace healer::runtime {

/// Has one further thread do this, after what it was given before. False: there can be no thread. `work` must
/// own what it uses, and must not throw.
[[nodiscard]] bool workInBackground(std::function<void()> work);

/// For what may take long and has no callback, where it is enough to look for the result every few
/// milliseconds. None: it has not come by `deadline`, or there is no thread.
template <typename Read>
Task<std::optional<std::invoke_result_t<Read&>>> readInBackground(Loop& loop, Read read,
                                                                  core::TimePoint deadline) {
    using Result = std::invoke_result_t<Read&>;
    struct Shared {
        std::optional<Result> result;
        std::atomic<bool> done = false;
    };
    constexpr core::Duration kPause = std::chrono::milliseconds(5);
    const auto shared = std::make_shared<Shared>();
    const bool begun = workInBackground([shared, read = std::move(read)]() mutable {
        shared->result = read();
        shared->done.store(true, std::memory_order_release);
    });
    while (begun && !shared->done.load(std::memory_order_acquire) && loop.now() < deadline) {
        co_await until(loop, loop.now() + kPause);
    }
    std::optional<Result> result;
    if (shared->done.load(std::memory_order_acquire)) {
        result = std::move(shared->result);
    }
    co_return result;
}

} // namespace healer::runtime
