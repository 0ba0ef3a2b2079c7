// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "core/result.hpp"
#include "runtime/loop.hpp"
#include "runtime/unique_fd.hpp"

#include <functional>
#include <optional>

namespace healer::launch {

/// Calls back once, from the loop, when an incarnation has really ended and let go of its ports and files, or
/// with the error if it cannot be watched. No predecessor, or one that is gone: in the next iteration. Has no
/// time-out of its own; destroying it (in the callback too) ends the wait.
class PredecessorWait {
public:
    using Callback = std::function<void(core::Result<void>)>;

    PredecessorWait(runtime::Loop& loop, std::optional<core::Instance> predecessor, Callback callback);

private:
    void answer(const core::Result<void>& outcome);

    Callback callback_;
    runtime::UniqueFd pidfd_;
    runtime::Source source_;
};

} // namespace healer::launch
