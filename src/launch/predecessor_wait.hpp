// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "core/result.hpp"
#include "runtime/loop.hpp"
#include "runtime/process_ends.hpp"
#include "runtime/task.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace healer::launch {

/// Calls back once, from the loop, when an incarnation has really ended and released its ports and files. No
/// predecessor, or one that is gone: in the next iteration. While there are no descriptors to watch it with,
/// it is looked at again and again. Has no time-out of its own; destroying it (in the callback too) ends the
/// wait.
class PredecessorWait {
public:
    using Callback = std::function<void(core::Result<void>)>;

    PredecessorWait(runtime::Loop& loop, std::optional<core::Instance> predecessor, Callback callback);

private:
    void watch(core::ProcessKey predecessor);
    void answer(const core::Result<void>& outcome);

    runtime::Loop& loop_;
    Callback callback_;
    runtime::ProcessEnd end_;
    runtime::Source source_; ///< where there is no pidfd
};

/// The same for a flow.
[[nodiscard]] inline auto predecessorEnd(runtime::Loop& loop, std::optional<core::Instance> predecessor) {
    return runtime::answerOf<core::Result<void>>([&loop, predecessor](PredecessorWait::Callback answer) {
        return std::make_unique<PredecessorWait>(loop, predecessor, std::move(answer));
    });
}

} // namespace healer::launch
