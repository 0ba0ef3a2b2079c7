// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace healer::runtime {

/// Has another thread do this, and waits for it briefly (50 ms). False: it has not come back, or one before
/// it has not; `work` may still be running, and must own what it uses.
///
/// For what a hostile user can make last for ever: a process may map a file into its memory, or work in a
/// directory, that its own user serves (FUSE). While the thread is held up nothing else is done, and what
/// depends on it is unknown.
[[nodiscard]] bool workPatiently(std::function<void()> work);

/// The same for a result; none when it does not come soon.
template <typename Read>
[[nodiscard]] auto readPatiently(Read read) {
    using Result = decltype(read());
    const auto result = std::make_shared<std::optional<Result>>();
    const bool done = workPatiently([result, read = std::move(read)] { *result = read(); });
    return done ? std::move(*result) : std::optional<Result>();
}

} // namespace healer::runtime
