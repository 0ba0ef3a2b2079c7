// SPDX-License-Identifier: Apache-2.0
#include "runtime/background.hpp"

#include "runtime/work_queue.hpp"

#include <memory>
#include <utility>

namespace healer::runtime {

bool workInBackground(std::function<void()> work) {
    // Never destroyed, as its thread may still be at work when the program ends.
    static WorkQueue& queue = *std::make_unique<WorkQueue>(WorkQueue::Settings{}).release();
    return queue.push(std::move(work));
}

} // namespace healer::runtime
