// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"
#include "runtime/loop.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <utility>

namespace healer::launch::direct {

/// Lets a few starts be under way at a time; the others have their turn when one is over. Thousands of
/// children at once would take the processors from each other and from Healer. When none gets on (their
/// working directory does not answer), the next ones do not wait for them for long.
class StartGate {
public:
    static constexpr std::size_t kMost = 32;

    /// `go` is called for each start in its turn, from within enter() and leave() or from the loop, which
    /// outlives the gate.
    StartGate(runtime::Loop& loop, std::function<void(const std::string& name)> go)
        : loop_(loop), go_(std::move(go)) {}

    void enter(const std::string& name);
    /// The start of this name is over, or no longer wanted.
    void leave(const std::string& name);

private:
    void admit();
    void watchProgress(core::TimePoint when);

    runtime::Loop& loop_;
    std::function<void(const std::string& name)> go_;
    std::deque<std::string> waiting_;
    std::set<std::string> inside_;
    core::TimePoint progress_; ///< when one left last
    runtime::Source timer_;
    bool admitting_ = false;
};

} // namespace healer::launch::direct
