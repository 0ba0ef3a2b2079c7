// SPDX-License-Identifier: Apache-2.0
#include "runtime/patience.hpp"

#include "runtime/work_queue.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace healer::runtime {

namespace {

constexpr core::Duration kPatience = std::chrono::milliseconds(50);

} // namespace

bool workPatiently(std::function<void()> work) {
    // Never destroyed, as the thread may be held up.
    static WorkQueue& queue = *std::make_unique<WorkQueue>(WorkQueue::Settings{.items = 1}).release();
    return queue.push(std::move(work)) && queue.flush(kPatience);
}

} // namespace healer::runtime
